# SPDX-License-Identifier: Apache-2.0


class Failure(Exception):
    """Nothing can be said of the sizes, and why; for a person."""
