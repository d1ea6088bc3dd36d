// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/dcache.h>
#include <linux/magic.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "object/object.h"

static bool is_spelling(const struct fguard_name *name, const struct dentry *dentry)
{
	/* The entry itself may still lack its operations: nothing was looked up yet. */
	const struct dentry_operations *ops = dentry->d_parent->d_op;
	const struct qstr wanted = QSTR_INIT(name->name, name->length);

	return ops && ops->d_compare &&
	       !ops->d_compare(dentry, dentry->d_name.len, dentry->d_name.name, &wanted);
}

static bool is_same(const struct fguard_name *name, const struct qstr *other)
{
	return name->length == other->len &&
	       !memcmp(name->name, other->name, other->len);
}

bool fguard_name_is(const struct fguard_name *name, const struct dentry *dentry)
{
	const struct inode *directory = d_inode_rcu(dentry->d_parent);

	return directory &&
	       (name->folds ? is_spelling(name, dentry) : is_same(name, &dentry->d_name)) &&
	       fguard_identity_is(&name->directory, directory);
}

bool fguard_name_is_in(const struct fguard_name *name,
		       const struct inode *directory, const struct qstr *other)
{
	return is_same(name, other) && fguard_identity_is(&name->directory, directory);
}

struct dentry *fguard_object_find_place(struct dentry *dentry,
					const struct inode *inode)
{
	struct inode *object = (struct inode *)inode ?: d_inode_rcu(dentry);
	bool foreign = inode && inode != d_inode_rcu(dentry);
	struct dentry *rule_inode, *found = NULL;

	if (!object)
		return dentry;
	spin_lock(&object->i_lock);
	for_each_alias(rule_inode, object) {
		if (IS_ROOT(rule_inode))
			continue;
		found = rule_inode;
		if (!d_unhashed(rule_inode))
			break;
	}
	spin_unlock(&object->i_lock);
	return found || !foreign ? found : dentry;
}

const struct inode *fguard_object_beneath(const struct dentry *dentry)
{
	const struct inode *inode;

	if (!(dentry->d_flags & DCACHE_OP_REAL) || d_is_negative(dentry))
		return NULL;
	inode = d_real_inode(dentry);
	return inode == d_inode_rcu(dentry) ? NULL : inode;
}

const struct inode *fguard_object_beneath_now(const struct dentry *dentry)
{
#ifdef FGUARD_HAVE_D_REAL_METADATA
	const struct dentry *real;

	if (!(dentry->d_flags & DCACHE_OP_REAL) || d_is_negative(dentry))
		return NULL;
	/* Data in a layer of its own is looked up when it is first asked for. */
	real = d_real((struct dentry *)dentry, D_REAL_METADATA);
	return real == dentry ? NULL : d_inode_rcu(real);
#elif defined(FGUARD_HAVE_EXPORTFS_ENCODE_FID)
	/* All that can be asked for is the data, and nothing tells whether it is known. */
	return NULL;
#else
	return fguard_object_beneath(dentry);
#endif
}

static int split(const char *path, const char **last, struct netlink_ext_ack *extack)
{
	if (path[0] != '/') {
		NL_SET_ERR_MSG(extack, "the path is not absolute");
		return -EINVAL;
	}
	*last = strrchr(path, '/') + 1;
	if (!**last || !strcmp(*last, ".") || !strcmp(*last, "..")) {
		NL_SET_ERR_MSG(extack, "the path does not end in a name");
		return -EINVAL;
	}
	if (strlen(*last) > NAME_MAX) {
		NL_SET_ERR_MSG(extack, "the last name of the path is too long");
		return -ENAMETOOLONG;
	}
	return 0;
}

int fguard_object_check_directory(const struct dentry *directory,
				  struct netlink_ext_ack *extack)
{
	const struct super_block *sb = directory->d_sb;

	switch (sb->s_magic) {
	case MSDOS_SUPER_MAGIC:
	case EXFAT_SUPER_MAGIC:
		if (directory == sb->s_root)
			return 0;
		NL_SET_ERR_MSG(extack,
			       "this filesystem (FAT) numbers its files anew each time it reads "
			       "them: only entries of its root directory can be guarded");
		return -EOPNOTSUPP;
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
		NL_SET_ERR_MSG(extack, "this filesystem (proc, sysfs) is another one in each "
				       "namespace: nothing in it can be guarded");
		return -EOPNOTSUPP;
	}
	return 0;
}

static bool is_short_part(const char *part, size_t length, size_t longest)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (!isascii(part[i]) ||
		    (!isalnum(part[i]) && !strchr("!#$%&'()-@^_`{}", part[i])))
			return false;
	return length && length <= longest;
}

/*
 * FAT makes up a second name, such as PROGRA~1, for a file whose own is not of this
 * form.
 */
static int check_short_name(const char *name, struct netlink_ext_ack *extack)
{
	size_t base = strcspn(name, ".");
	const char *end = name + base;

	if (is_short_part(name, base, 8) &&
	    (!*end || is_short_part(end + 1, strlen(end + 1), 3)))
		return 0;
	NL_SET_ERR_MSG(extack,
		       "this filesystem (FAT) gives the file a second name, as in PROGRA~1: only "
		       "names of up to 8 letters, a dot and 3 more can be guarded");
	return -EOPNOTSUPP;
}

static int find_directory(const char *path, struct fguard_found *found,
			  struct netlink_ext_ack *extack)
{
	char *copy;
	int err;

	/* "/name" leaves "/", every other path loses its last slash. */
	copy = kstrndup(path, max_t(size_t, found->last - path - 1, 1), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	err = kern_path(copy, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &found->directory);
	kfree(copy);
	if (err)
		NL_SET_ERR_MSG(extack, "the directory of the path cannot be reached");
	return err;
}

int fguard_object_find(const char *path, struct fguard_found *found,
		       struct netlink_ext_ack *extack)
{
	int err;

	err = split(path, &found->last, extack);
	if (err)
		return err;
	err = find_directory(path, found, extack);
	if (err)
		return err;
	err = kern_path(path, 0, &found->object);
	found->exists = !err;
	if (!err || err == -ENOENT)
		return 0;
	NL_SET_ERR_MSG(extack, "the path cannot be looked up");
	path_put(&found->directory);
	return err;
}

void fguard_object_release(struct fguard_found *found)
{
	if (found->exists)
		path_put(&found->object);
	path_put(&found->directory);
}

/* What is mounted there is known by itself, and keeps the place in memory. */
static int check_found(const struct fguard_found *found, struct netlink_ext_ack *extack)
{
	const struct dentry *directory = found->directory.dentry;
	int err;

	if (found->exists && found->object.dentry->d_sb != directory->d_sb)
		return fguard_object_check_directory(found->object.dentry, extack);
	err = fguard_object_check_directory(directory, extack);
	if (!err && directory->d_sb->s_magic == MSDOS_SUPER_MAGIC)
		err = check_short_name(found->last, extack);
	return err;
}

int fguard_name_take(struct fguard_name *name, const struct fguard_found *found,
		     struct netlink_ext_ack *extack)
{
	const struct dentry *directory = found->directory.dentry;

	fguard_identity_take(&name->directory, d_inode(directory));
	name->folds = fguard_folds(directory);
	name->name = found->last;
	name->length = strlen(found->last);
	name->hash = fguard_name_hash(name->directory.ino, name->folds, name->name,
				      name->length);
	return check_found(found, extack);
}
