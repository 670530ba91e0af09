"""A question for one figure of a table → the cell it asks for, stated with what it is of, or nothing."""
