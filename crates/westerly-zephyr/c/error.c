/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <errno.h>

#include "westerly.h"

int westerly_error(int result)
{
	if (result >= 0) {
		return result;
	}
	switch (-result) {
	case EINVAL:
	case ENAMETOOLONG:
		return -WESTERLY_INVALID;
	case ENOENT:
	case ENOTDIR: /* a path that goes on behind a file leads to nothing */
		return -WESTERLY_NOT_FOUND;
	case EISDIR:
		return -WESTERLY_IS_DIRECTORY;
	case ENODEV:
		return -WESTERLY_NO_DEVICE;
	case EROFS:
		return -WESTERLY_READ_ONLY;
	case ENOTSUP:
#if EOPNOTSUPP != ENOTSUP
	case EOPNOTSUPP:
#endif
		return -WESTERLY_NOT_SUPPORTED;
	case EMSGSIZE:
		return -WESTERLY_TOO_LARGE;
	case EFAULT:
		return -WESTERLY_FAULT;
	default:
		return -WESTERLY_OTHER;
	}
}
