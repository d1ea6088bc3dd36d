// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <uapi/linux/btf.h>

#include "object/mount.h"

#define TYPES "/sys/kernel/btf/vmlinux"
#define TYPES_MAX (64 << 20)
#define HEADER_MIN offsetofend(struct btf_header, str_len)

enum member {
	MEMBER_MNT,
	MEMBER_PARENT,
	MEMBER_MOUNTPOINT,
	MEMBER_NAMESPACE,
	MEMBER_FLAGS,	/* since 6.17; before in struct vfsmount */
	MEMBER_OWNER,
	MEMBERS
};

static const struct { const char *structure, *name; } sought[MEMBERS] = {
	{ "mount", "mnt" },
	{ "mount", "mnt_parent" },
	{ "mount", "mnt_mountpoint" },
	{ "mount", "mnt_ns" },
	{ "mount", "mnt_t_flags" },
	{ "mnt_namespace", "user_ns" },
};

static int offsets[MEMBERS];
static bool known;

/* ---- reading the type information ----------------------------------------- */

/**
 * struct types - type information on its way through the reader
 * @next: the next record
 * @end: where the records end
 * @strings: the names
 * @strings_length: their length in bytes
 */
struct types {
	const char *next;
	const char *end;
	const char *strings;
	u32 strings_length;
};

static bool types_open(struct types *types, const void *data, size_t length)
{
	const struct btf_header *header = data;
	const char *base;

	/* Headers may be newer than the data. */
	if (length < HEADER_MIN || header->magic != BTF_MAGIC ||
	    header->hdr_len < HEADER_MIN || header->hdr_len > length)
		return false;
	length -= header->hdr_len;
	if (header->type_off > length || header->type_len > length - header->type_off ||
	    header->str_off > length || header->str_len > length - header->str_off ||
	    !header->str_len)
		return false;
	base = (const char *)data + header->hdr_len;
	types->next = base + header->type_off;
	types->end = types->next + header->type_len;
	types->strings = base + header->str_off;
	types->strings_length = header->str_len;
	return !types->strings[header->str_len - 1];
}

/* How long a record is beside its head; negative for a kind we do not know. */
static int types_extra(const struct btf_type *type)
{
	/* By enum BTF_KIND_*, of which older headers lack the last: what there is
	 * once, and for each member.
	 */
	static const struct { s8 once, each; } sizes[] = {
		{ -1, 0 }, { 4, 0 }, { 0, 0 }, { 12, 0 }, { 0, 12 }, { 0, 12 }, { 0, 8 },
		{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 8 },
		{ 4, 0 }, { 0, 12 }, { 0, 0 }, { 4, 0 }, { 0, 0 }, { 0, 12 },
	};
	u32 kind = type->info >> 24 & 0x1f, members = type->info & 0xffff;

	if (kind >= ARRAY_SIZE(sizes) || sizes[kind].once < 0)
		return -1;
	return sizes[kind].once + sizes[kind].each * members;
}

static const struct btf_type *types_next(struct types *types)
{
	const struct btf_type *type = (const void *)types->next;
	size_t left = types->end - types->next;
	int extra;

	if (left < sizeof(*type))
		return NULL;
	extra = types_extra(type);
	if (extra < 0 || extra > left - sizeof(*type))
		return NULL;
	types->next += sizeof(*type) + extra;
	return type;
}

static bool is_named(const struct types *types, u32 name, const char *wanted)
{
	return name < types->strings_length && !strcmp(types->strings + name, wanted);
}

/* Where a member is in the structure, or -1. */
static int find_member(const struct types *types, const struct btf_type *type,
		       const char *name)
{
	const struct btf_member *member = (const void *)(type + 1);
	u32 count = type->info & 0xffff;

	for (; count--; member++)
		if (is_named(types, member->name_off, name))
			return (member->offset & 0xffffff) / BITS_PER_BYTE;
	return -1;
}

static void take_members(const struct types *types, const struct btf_type *type)
{
	int i;

	for (i = 0; i < MEMBERS; i++)
		if (offsets[i] < 0 && is_named(types, type->name_off, sought[i].structure))
			offsets[i] = find_member(types, type, sought[i].name);
}

static bool find_members(const void *data, size_t length)
{
	const struct btf_type *type;
	struct types types;
	int i;

	for (i = 0; i < MEMBERS; i++)
		offsets[i] = -1;
	if (!types_open(&types, data, length))
		return false;
	while ((type = types_next(&types)))
		if ((type->info >> 24 & 0x1f) == BTF_KIND_STRUCT)
			take_members(&types, type);
	return offsets[MEMBER_MNT] >= 0 && offsets[MEMBER_PARENT] >= 0 &&
	       offsets[MEMBER_MOUNTPOINT] >= 0 && offsets[MEMBER_NAMESPACE] >= 0;
}

/* Not kernel_read_file(): security modules rule on what that may read. */
static void *read_types(size_t *length)
{
	struct file *file = filp_open(TYPES, O_RDONLY, 0);
	loff_t size, at = 0;
	void *data = NULL;

	if (IS_ERR(file))
		return NULL;
	size = i_size_read(file_inode(file));
	if (size > 0 && size <= TYPES_MAX)
		data = vmalloc(size);
	while (data && at < size)
		if (kernel_read(file, data + at, size - at, &at) <= 0)
			break;
	filp_close(file, NULL);
	*length = at;
	return data;
}

void fguard_mounts_init(void)
{
	size_t length;
	void *data = read_types(&length);

	known = data && find_members(data, length);
#ifndef FGUARD_HAVE_MNT_SHARED
	known = known && offsets[MEMBER_FLAGS] >= 0;
#endif
	vfree(data);
	if (!known)
		pr_info("no type information in " TYPES ": mounts elsewhere may be refused, too\n");
}

bool fguard_mounts_known(void)
{
	return known;
}

/* ---- asking ---------------------------------------------------------------- */

static const void *member(const struct vfsmount *mnt, enum member which)
{
	return (const char *)mnt - offsets[MEMBER_MNT] + offsets[which];
}

static const void *pointer(const struct vfsmount *mnt, enum member which)
{
	return READ_ONCE(*(const void *const *)member(mnt, which));
}

const struct vfsmount *fguard_mount_parent(const struct vfsmount *mnt,
					   const struct dentry **place)
{
	const char *parent;

	if (!known)
		return NULL;
	parent = pointer(mnt, MEMBER_PARENT);
	if (!parent || parent == member(mnt, MEMBER_MNT) - offsets[MEMBER_MNT])
		return NULL;
	*place = pointer(mnt, MEMBER_MOUNTPOINT);
	return (const struct vfsmount *)(parent + offsets[MEMBER_MNT]);
}

const void *fguard_mount_namespace(const struct vfsmount *mnt)
{
	return known ? pointer(mnt, MEMBER_NAMESPACE) : NULL;
}

const struct user_namespace *fguard_mount_owner(const void *namespace)
{
	if (!known || offsets[MEMBER_OWNER] < 0)
		return NULL;
	return READ_ONCE(*(const struct user_namespace *const *)((const char *)namespace +
								 offsets[MEMBER_OWNER]));
}

bool fguard_mount_is_shared(const struct vfsmount *mnt)
{
#ifdef FGUARD_HAVE_MNT_SHARED
	return mnt->mnt_flags & MNT_SHARED;
#else
	/* T_SHARED of fs/mount.h */
	return known && (READ_ONCE(*(const int *)member(mnt, MEMBER_FLAGS)) & 1);
#endif
}
