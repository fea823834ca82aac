"""Static pictures, drawn by matplotlib, and the look that they share with the widgets."""
