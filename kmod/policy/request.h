/* SPDX-License-Identifier: GPL-2.0-only */
/* What a task is about to do, and to which objects. */
#ifndef _FGUARD_REQUEST_H
#define _FGUARD_REQUEST_H

#include "policy/index.h"

/**
 * struct fguard_request - what a task is about to do
 * @objects: the objects; of rename and link the old one first
 * @count: how many, at most 2
 * @open_flags: O_*, 0 for other operations
 * @descriptor: by a descriptor that was opened earlier: only strict rules count
 * @inner: part of another access that is reported: what is let through is not
 *	reported once more, but for rules that do not know of the other
 * @final: the task cannot go back and do it again: it is not asked about
 * @fault: it is a page of a mapping, which nobody is asked about; its refusal is a signal
 * @copied: the mapping is copied with its pages, which fails then
 * @opens: something is created, and opened next for this, a mask of operations: what
 *	is refused or asked about there must be before
 * @opens_somehow: it may be for less
 * @created: the call that opens it has created it
 * @layer: it is reported to those alone who want to be told of these very objects: the
 *	other access was about what a filesystem makes of them
 */
struct fguard_request {
	struct fguard_object *objects;
	u32 open_flags;
	u32 opens;
	u8 count;
	bool descriptor;
	bool inner;
	bool final;
	bool fault;
	bool copied;
	bool opens_somehow;
	bool created;
	bool layer;
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
	return request->inner && !request->descriptor;
}

#endif
