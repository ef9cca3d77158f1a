"""What is Brazilian: CPF and CNPJ, phone numbers, states, money.

Pure functions over texts; knows no table and no API.
"""
