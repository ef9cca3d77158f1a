"""The clients that may be called (the carteira): files of them read line by line, and imported into
the table `clients`.
"""
