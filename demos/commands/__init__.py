"""What `app.py` can do besides serving: one module per subcommand.

A module has `add_to(commands)`, which adds its parser with `commands.add_parser(name, help=...)` and names
the function to run with `set_defaults(run=...)`; that function takes the parsed options and returns the exit
code. To add a subcommand, write its module and add its line here. Importing such a module imports neither
gradio nor torch: `python app.py --help` answers at once.
"""

COMMANDS: tuple[str, ...] = ("demos.commands.rehearse", "demos.commands.export", "demos.commands.cluster")
