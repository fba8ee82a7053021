"""The task of a prompt on a page: tables, files, and the editor."""
