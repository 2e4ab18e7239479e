# SPDX-License-Identifier: Apache-2.0
"""The one error of this tool: something could not be measured, and why, in one line."""


class Failure(Exception):
    """Says what could not be done; the script prints it and exits non-zero."""
