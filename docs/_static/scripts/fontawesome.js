// In place of 1.5 MB of the theme: its style sheet draws the same icons, with a font.
