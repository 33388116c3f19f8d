"""Orders, the touches before them, and the credit of each.

`orders` prices orders and says which count; `persons` has who is behind a row. `touches` are what
may have led anybody anywhere, `landings` the visits that are none beside their clicks;
`credit_orders` pairs touches with orders and shares these by `credit_models`. `paths` has the
channels in their order, `holdouts` what messages really added, `costs` what revenue is measured
against.
"""
