"""What is said about ELU: claims, the rules that prove or refute them, and the report.

Chapters hold claims, rules decide assertions, the examination tries what they prove at instances,
covers are the stored boxes of branch and bound.
Nothing here is computed with: other folders do not import this one.
"""
