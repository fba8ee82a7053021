"""The shell: what makes one site and one API of all demos."""
