/* SPDX-License-Identifier: GPL-2.0-only */
/* The common queues say in their names where work runs since 6.17. */
#ifndef _FGUARD_COMPAT_WORKQUEUE_H
#define _FGUARD_COMPAT_WORKQUEUE_H

#include_next <linux/workqueue.h>

#ifndef FGUARD_HAVE_SYSTEM_DFL_WQ
#define system_percpu_wq system_wq
#define system_dfl_wq system_unbound_wq
#endif

#endif
