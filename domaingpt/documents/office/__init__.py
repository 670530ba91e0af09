"""What the zip-based Office formats share: packages, drawings, charts and diagrams."""
