"""What messages there are, and what each is called, belongs to and costs.

`message_references` lists those that rows name, `implied_messages` those that a level implies, and
`hierarchy` puts all of them under their dispatch and campaign; `message_costs` prices them.
"""
