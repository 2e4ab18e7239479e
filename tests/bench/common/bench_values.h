/* SPDX-License-Identifier: Apache-2.0 */

/* What the applications of this folder have to be asked for; 0 or a negative error. */

#ifndef BENCH_VALUES_H
#define BENCH_VALUES_H

int bench_load_settings(void);
int bench_register_statistics(void);

#endif
