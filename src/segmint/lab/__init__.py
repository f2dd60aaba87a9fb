"""The practical work, task by task, made of parts of the product."""
