// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>
#include <uapi/linux/blkzoned.h>
#include <uapi/linux/cciss_ioctl.h>
#include <uapi/linux/cdrom.h>
#include <uapi/linux/fd.h>
#include <uapi/linux/fscrypt.h>
#include <uapi/linux/fsverity.h>
#include <uapi/linux/hdreg.h>
#include <uapi/linux/ioctl.h>
#include <uapi/linux/major.h>
#include <uapi/linux/nvme_ioctl.h>

#include "enforce/any.h"
#include "enforce/ioctl.h"
#include "enforce/enforce.h"
#include "policy/prefilter.h"

/*
 * What a command changes beyond what its descriptor was opened for. Of what it
 * names in the memory of its caller, who may change that meanwhile, nothing is
 * known but the filesystem.
 */
enum effect {
	NOTHING,
	ATTRIBUTES,
	IDENTITY,
	CONTENT,
	DEVICE,
	ATTRIBUTES_OF_ANY,
	CONTENT_OF_ANY,
};

/* ext4 has numbers of its own for what others call FS_IOC_SETVERSION. */
#define EXT4_SETVERSION		_IOW('f', 4, long)
#define EXT4_SETVERSION_32	_IOW('f', 4, int)

static enum effect common_effect(unsigned int command)
{
	switch (command) {
	/* Sets the generation, by which an inode is known, also one on the way. */
	case FS_IOC_SETVERSION:
	case FS_IOC32_SETVERSION:
	case EXT4_SETVERSION:
	case EXT4_SETVERSION_32:
		return IDENTITY;
	/* For good, and by a descriptor for reading. */
	case FS_IOC_ENABLE_VERITY:
	case FS_IOC_SET_ENCRYPTION_POLICY:
		return ATTRIBUTES;
#ifndef FGUARD_HAVE_INODE_FILE_SETATTR
	case FS_IOC_SETFLAGS:
	case FS_IOC32_SETFLAGS:
	case FS_IOC_FSSETXATTR:
		return ATTRIBUTES;
#endif
	}
	return NOTHING;
}

/* EXT4_IOC_MOVE_EXT takes a second descriptor; EXT4_IOC_SWAP_BOOT. */
static enum effect ext4_effect(unsigned int command)
{
	if (_IOC_TYPE(command) != 'f')
		return NOTHING;
	switch (_IOC_NR(command)) {
	case 15:
		return CONTENT_OF_ANY;
	case 17:
		return CONTENT;
	}
	return NOTHING;
}

/*
 * XFS_IOC_ALLOCSP and FREESP, with their 64-bit forms, set the length; SWAPEXT,
 * EXCHANGE_RANGE and COMMIT_RANGE take a second descriptor; ATTRMULTI_BY_HANDLE a
 * handle. Sizes differ for 32-bit callers.
 */
static enum effect xfs_effect(unsigned int command)
{
	if (_IOC_TYPE(command) != 'X')
		return NOTHING;
	switch (_IOC_NR(command)) {
	case 10:
	case 11:
	case 36:
	case 37:
		return CONTENT;
	case 109:
	case 129:
	case 131:
		return CONTENT_OF_ANY;
	case 123:
		return ATTRIBUTES_OF_ANY;
	}
	return NOTHING;
}

/* BTRFS_IOC_SUBVOL_SETFLAGS makes a subvolume read-only, or writable. */
static enum effect btrfs_effect(unsigned int command)
{
	return _IOC_TYPE(command) == 0x94 && _IOC_NR(command) == 26 ? ATTRIBUTES : NOTHING;
}

/* F2FS_IOC_MOVE_RANGE takes a second descriptor. */
static enum effect f2fs_effect(unsigned int command)
{
	return _IOC_TYPE(command) == 0xf5 && _IOC_NR(command) == 9 ? CONTENT_OF_ANY : NOTHING;
}

/* The disk is to lock itself, or to erase what it holds; not what only asks it. */
#define OPAL_TYPE 'p'
#define OPAL_FIRST 220

static bool is_opal(unsigned int command)
{
	if (_IOC_TYPE(command) != OPAL_TYPE || _IOC_NR(command) < OPAL_FIRST)
		return false;
	switch (_IOC_NR(command)) {
	case 236: /* status, of a range, geometry, discovery, summary */
	case 237:
	case 238:
	case 239:
	case 245:
		return false;
	}
	return true;
}

/* What the driver hands to the device as it is. */
static bool is_for_device(unsigned int command)
{
	switch (command) {
	case SG_IO:
	case SCSI_IOCTL_SEND_COMMAND:
	case CDROM_SEND_PACKET:
	case HDIO_DRIVE_TASKFILE:
	case HDIO_DRIVE_TASK:
	case HDIO_DRIVE_CMD:
	case CCISS_PASSTHRU:
	case CCISS_BIG_PASSTHRU:
	case FDRAWCMD:
		return true;
	}
	switch (_IOC_TYPE(command)) {
	case _IOC_TYPE(NVME_IOCTL_ID):
		return command != NVME_IOCTL_ID;
	case _IOC_TYPE(CCISS_PASSTHRU): /* by a 32-bit program */
		return _IOC_NR(command) == _IOC_NR(CCISS_PASSTHRU) ||
		       _IOC_NR(command) == _IOC_NR(CCISS_BIG_PASSTHRU);
	case MMC_BLOCK_MAJOR:
		return true;
	}
	return is_opal(command);
}

/* What is changed past the cache; the rest of a device is read and written. */
static enum effect device_effect(unsigned int command)
{
	switch (command) {
	case BLKDISCARD:
	case BLKSECDISCARD:
	case BLKZEROOUT:
	case BLKRESETZONE:
	case BLKFINISHZONE:
	case FDFMTTRK:
		return CONTENT;
	}
	return is_for_device(command) ? DEVICE : NOTHING;
}

static enum effect effect_of(const struct inode *inode, unsigned int command)
{
	enum effect effect = common_effect(command);

	if (effect)
		return effect;
	if (S_ISBLK(inode->i_mode))
		return device_effect(command);
	switch (inode->i_sb->s_magic) {
	case EXT4_SUPER_MAGIC:
		return ext4_effect(command);
	case XFS_SUPER_MAGIC:
		return xfs_effect(command);
	case BTRFS_SUPER_MAGIC:
		return btrfs_effect(command);
	case F2FS_SUPER_MAGIC:
		return f2fs_effect(command);
	}
	return NOTHING;
}

static void enforce_attributes(struct file *file, u32 besides, struct ftrace_regs *fregs)
{
	struct fguard_object object = fguard_object_of_file(file, BIT(FGUARD_OP_ATTR) | besides);
	const struct fguard_request request = {
		.objects = &object,
		.count = 1,
		.part = fguard_enforce_part(file),
	};

	if (besides || fguard_enforce_prefilter(object.dentry, object.inode))
		fguard_enforce(&request, fregs);
}

static bool is_concerned(struct file *file)
{
	const struct fguard_index *index = rcu_dereference(fguard_index);

	return fguard_prefilter_object(index, file->f_path.dentry, file_inode(file)) ||
	       fguard_prefilter_node(index, file_inode(file));
}

static void enforce_content(struct file *file, struct ftrace_regs *fregs)
{
	if (is_concerned(file))
		fguard_enforce_descriptor(file, BIT(FGUARD_OP_WRITE), FGUARD_USE_DESCRIPTOR,
					  fregs);
}

static bool is_privileged(void)
{
	const struct cred *cred = current_cred();

	return cred->user_ns == &init_user_ns &&
	       (cap_raised(cred->cap_effective, CAP_SYS_RAWIO) ||
		cap_raised(cred->cap_effective, CAP_SYS_ADMIN));
}

/* Access mode 3 was checked as both, though it is good for controls only. */
static u32 ops_opened_for(const struct file *file)
{
	switch (file->f_flags & O_ACCMODE) {
	case O_RDONLY:
		return BIT(FGUARD_OP_READ);
	case O_WRONLY:
		return BIT(FGUARD_OP_WRITE);
	}
	return BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE);
}

/*
 * Drivers let anybody send what reads, whatever the descriptor is for; and what writes
 * by one for writing, by any to who is privileged, and by any to all with
 * NVME_IOCTL_SUBMIT_IO, whose size differs for 32-bit callers.
 */
static u32 ops_of_device(const struct file *file, unsigned int command)
{
	const u32 both = BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE);

	if (is_privileged() ||
	    (_IOC_TYPE(command) == _IOC_TYPE(NVME_IOCTL_SUBMIT_IO) &&
	     _IOC_NR(command) == _IOC_NR(NVME_IOCTL_SUBMIT_IO)))
		return both;
	return ops_opened_for(file) | BIT(FGUARD_OP_READ);
}

/* What goes beyond what the descriptor was opened for counts as opening it for that. */
static void enforce_device(struct file *file, unsigned int command, struct ftrace_regs *fregs)
{
	const u32 ops = ops_of_device(file, command);

	if (!is_concerned(file))
		return;
	if (ops & ~ops_opened_for(file))
		fguard_enforce_open(file, ops, 0, fregs);
	else
		fguard_enforce_descriptor(file, ops, FGUARD_USE_DESCRIPTOR, fregs);
}

void fguard_ioctl_enforce_device(struct file *file, struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (S_ISBLK(file_inode(file)->i_mode))
		enforce_content(file, fregs);
	rcu_read_unlock();
}

void fguard_ioctl_enforce(struct file *file, unsigned int command, struct ftrace_regs *fregs)
{
	rcu_read_lock();
	switch (effect_of(file_inode(file), command)) {
	case NOTHING:
		break;
	case ATTRIBUTES:
		enforce_attributes(file, 0, fregs);
		break;
	case IDENTITY:
		enforce_attributes(file, FGUARD_OPS_IDENTITY, fregs);
		break;
	case CONTENT:
		enforce_content(file, fregs);
		break;
	case DEVICE:
		enforce_device(file, command, fregs);
		break;
	case ATTRIBUTES_OF_ANY:
		fguard_any_enforce(&file->f_path, FGUARD_OP_ATTR, false, fregs);
		break;
	case CONTENT_OF_ANY:
		fguard_any_enforce(&file->f_path, FGUARD_OP_WRITE, true, fregs);
		break;
	}
	rcu_read_unlock();
}
