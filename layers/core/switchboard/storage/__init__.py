"""What is kept, and where: one file per record over one small Database; the only code that knows DynamoDB and SSM.

Nothing is imported here, so that the chat function does not load boto3.
"""
