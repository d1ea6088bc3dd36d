/* SPDX-License-Identifier: MIT */
/*
 * Attributes that arrived. libmnl's own walk ends silently at the first one
 * that does not fit, so that a cut message would look like a short one.
 */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

int fguard_next_attr(const void *data, size_t size, size_t *at,
		     const struct nlattr **attr)
{
	size_t left = *at < size ? size - *at : 0;
	const struct nlattr *here;

	/* Of an empty list there is no data, to which nothing can be added. */
	if (!left)
		return 0;
	here = (const void *)((const char *)data + *at);
	if (left < NLA_HDRLEN || here->nla_len < NLA_HDRLEN ||
	    here->nla_len > left)
		return -EPROTO;
	*at += NLA_ALIGN(here->nla_len);
	*attr = here;
	return 1;
}

int fguard_parse(const void *data, size_t size, const struct nlattr **table,
		 unsigned int max)
{
	const struct nlattr *attr;
	size_t at = 0;
	int more;

	memset(table, 0, (max + 1) * sizeof(*table));
	while ((more = fguard_next_attr(data, size, &at, &attr)) > 0)
		if (mnl_attr_get_type(attr) <= max)
			table[mnl_attr_get_type(attr)] = attr;
	return more;
}

int fguard_parse_nested(const struct nlattr *nest, const struct nlattr **table,
			unsigned int max)
{
	return fguard_parse(mnl_attr_get_payload(nest),
			    mnl_attr_get_payload_len(nest), table, max);
}

static int copy_exactly(const struct nlattr *attr, void *value, size_t size)
{
	if (!attr)
		return 0;
	if (mnl_attr_get_payload_len(attr) != size)
		return -EPROTO;
	memcpy(value, mnl_attr_get_payload(attr), size);
	return 0;
}

int fguard_get_u8(const struct nlattr *attr, uint8_t *value)
{
	return copy_exactly(attr, value, sizeof(*value));
}

int fguard_get_u16(const struct nlattr *attr, uint16_t *value)
{
	return copy_exactly(attr, value, sizeof(*value));
}

int fguard_get_u32(const struct nlattr *attr, uint32_t *value)
{
	return copy_exactly(attr, value, sizeof(*value));
}

int fguard_get_u64(const struct nlattr *attr, uint64_t *value)
{
	return copy_exactly(attr, value, sizeof(*value));
}

int fguard_get_string(const struct nlattr *attr, const char **value)
{
	size_t size;

	if (!attr)
		return 0;
	size = mnl_attr_get_payload_len(attr);
	if (!size || mnl_attr_get_str(attr)[size - 1] != '\0')
		return -EPROTO;
	*value = mnl_attr_get_str(attr);
	return 0;
}

/* They can be used in place: attributes begin at multiples of 4. */
int fguard_get_u32s(const struct nlattr *attr, const uint32_t **values,
		    uint32_t *n)
{
	size_t size;

	if (!attr)
		return 0;
	size = mnl_attr_get_payload_len(attr);
	if (size % sizeof(**values))
		return -EPROTO;
	*values = mnl_attr_get_payload(attr);
	*n = (uint32_t)(size / sizeof(**values));
	return 0;
}

/* Cuts what does not fit: names of the kernel's own, told for information. */
int fguard_copy_string(const struct nlattr *attr, char *value, size_t size)
{
	const char *string = "";
	int err = fguard_get_string(attr, &string);

	if (err || !attr)
		return err;
	memset(value, 0, size);
	memcpy(value, string, strnlen(string, size - 1));
	return 0;
}
