/* SPDX-License-Identifier: GPL-2.0-only */
/* What a task is about to do, and to which objects. */
#ifndef _FGUARD_REQUEST_H
#define _FGUARD_REQUEST_H

#include "policy/index.h"

/*
 * What an access is to the one that the task was asked for. A filesystem that stores in
 * another, such as overlayfs, carries out one by others, and the first is reported: what
 * is let through is not reported once more, but for rules that do not know of the first.
 */
enum fguard_part {
	FGUARD_PART_WHOLE,	/* that one itself */
	FGUARD_PART_INNER,	/* one by which it is carried out */
	FGUARD_PART_LAYER,	/* that, for those alone who watch its very objects */
};

/*
 * By what a file is reached. Of one that was opened earlier only strict rules count, and
 * only a refusal is reported.
 */
enum fguard_use {
	FGUARD_USE_NAME,	/* its name, or it is being opened */
	FGUARD_USE_DESCRIPTOR,	/* the task's own */
	FGUARD_USE_RECEIVED,	/* another's: the message is taken already */
	FGUARD_USE_ADVISED,	/* a mapping: process_madvise() would begin anew in place */
	FGUARD_USE_FAULT,	/* a page of a mapping: the task is in no call, gets a signal */
	FGUARD_USE_COPY,	/* a mapping with its pages: the task forks, which fails */
};

/*
 * What is created and opened by one call: what is refused, or asked about, when it is
 * opened must be before it is created.
 */
enum fguard_creation {
	FGUARD_CREATION_NONE,
	FGUARD_CREATION_OPENS,	/* it is about to be created, and opened next */
	FGUARD_CREATION_OPENS_SOMEHOW, /* the same, perhaps for less than is said */
	FGUARD_CREATION_DONE,	/* it was, and is opened now */
};

/**
 * struct fguard_request - what a task is about to do
 * @objects: the objects; of rename and link the old one first
 * @count: how many, at most 2
 * @open_flags: O_*, 0 for other operations
 * @opens: mask of operations for which it is opened after it was created
 * @creation: enum fguard_creation
 * @part: enum fguard_part
 * @use: enum fguard_use
 * @final: the task cannot go back and do it again: it is not asked about
 */
struct fguard_request {
	struct fguard_object *objects;
	u32 open_flags;
	u32 opens;
	u8 count;
	u8 creation;
	u8 part;
	u8 use;
	bool final;
};

/**
 * fguard_object_of_file - what is done to an open file, or to one that is being opened
 * @file: the file
 * @ops: mask of what is done to it
 *
 * Context: any.
 * Return: the object, through the mount by which the file is opened.
 */
static __always_inline struct fguard_object fguard_object_of_file(const struct file *file,
								  u32 ops)
{
	return (struct fguard_object){
		.dentry = file->f_path.dentry,
		.inode = file_inode(file),
		.mnt = file->f_path.mnt,
		.ops = ops,
	};
}

/**
 * fguard_request_is_behind - is it what a filesystem does to carry out another access?
 * @request: the request
 *
 * Context: any.
 * Return: true if so; the other access was checked before, in the same call.
 */
static inline bool fguard_request_is_behind(const struct fguard_request *request)
{
	return request->part != FGUARD_PART_WHOLE;
}

#endif
