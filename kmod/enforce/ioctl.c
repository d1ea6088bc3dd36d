// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <scsi/sg.h>
#include <uapi/linux/blkzoned.h>
#include <uapi/linux/fscrypt.h>
#include <uapi/linux/fsverity.h>
#include <uapi/linux/ioctl.h>

#include "enforce/any.h"
#include "enforce/ioctl.h"
#include "enforce/judge.h"

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

/* What is sent to a disk past its cache; the rest of a device is read and written. */
static enum effect device_effect(unsigned int command)
{
	switch (command) {
	case BLKDISCARD:
	case BLKSECDISCARD:
	case BLKZEROOUT:
	case BLKRESETZONE:
	case BLKFINISHZONE:
	case SG_IO:
		return CONTENT;
	}
	/* NVME_IOCTL_SUBMIT_IO, IO_CMD and the like */
	return _IOC_TYPE(command) == 'N' ? CONTENT : NOTHING;
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

static void judge_attributes(struct file *file, u32 besides, struct ftrace_regs *fregs)
{
	struct fguard_target target = {
		.dentry = file->f_path.dentry,
		.inode = file_inode(file),
		.mnt = file->f_path.mnt,
		.ops = BIT(FGUARD_OP_ATTR) | besides,
	};
	const struct fguard_access access = {
		.targets = &target,
		.count = 1,
		.inner = fguard_judge_is_behind(file),
	};

	if (besides || fguard_judge_concerns(target.dentry, target.inode))
		fguard_judge(&access, fregs);
}

static void judge_content(struct file *file, struct ftrace_regs *fregs)
{
	if (fguard_store_concerns(rcu_dereference(fguard_store), file->f_path.dentry,
				  file_inode(file)))
		fguard_judge_descriptor(file, BIT(FGUARD_OP_WRITE), FGUARD_USE_DESCRIPTOR,
					fregs);
}

void fguard_ioctl_judge_device(struct file *file, struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (S_ISBLK(file_inode(file)->i_mode))
		judge_content(file, fregs);
	rcu_read_unlock();
}

void fguard_ioctl_judge(struct file *file, unsigned int command, struct ftrace_regs *fregs)
{
	rcu_read_lock();
	switch (effect_of(file_inode(file), command)) {
	case NOTHING:
		break;
	case ATTRIBUTES:
		judge_attributes(file, 0, fregs);
		break;
	case IDENTITY:
		judge_attributes(file, FGUARD_OPS_IDENTITY, fregs);
		break;
	case CONTENT:
		judge_content(file, fregs);
		break;
	case ATTRIBUTES_OF_ANY:
		fguard_any_judge(&file->f_path, FGUARD_OP_ATTR, false, fregs);
		break;
	case CONTENT_OF_ANY:
		fguard_any_judge(&file->f_path, FGUARD_OP_WRITE, true, fregs);
		break;
	}
	rcu_read_unlock();
}
