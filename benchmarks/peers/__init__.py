"""What others would use, on the same instances, each in a process of its own and judged by one checker."""
