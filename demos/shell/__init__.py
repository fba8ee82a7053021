"""The shell: combines all demos into one site and one API."""
