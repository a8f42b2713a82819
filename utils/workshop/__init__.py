"""For a workshop, or a first day alone: is this computer ready for the course?"""
