"""Shops' words for the state of an order, in lower case with `_` between words."""

CANCELLED_WORDS = (
    "abandoned", "auto_draft", "cancelled", "canceled", "checkout_draft", "declined", "deleted",
    "denied", "draft", "expired", "failed", "incomplete", "rejected", "trash", "void", "voided",
)  # fmt: skip
"""Orders that bring no revenue."""
REFUNDED_WORDS = ("charged_back", "chargeback", "refunded", "returned", "reversed")
"""Orders that bring no revenue where no amount, or one of 0, says what was given back.

A partly refunded order counts in full: what was given back stands in `refunded`, or in a row of its
own that takes it back.
"""
SOLD_WORDS = (
    "", "accepted", "active", "approved", "archived", "authorized", "awaiting_fulfillment",
    "awaiting_payment", "awaiting_pickup", "awaiting_shipment", "booked", "captured", "closed",
    "complete", "completed", "confirmed", "created", "delivered", "disputed", "done", "finished",
    "fulfilled", "in_progress", "invoiced", "new", "ok", "on_hold", "open", "order", "ordered",
    "paid", "partial_refund", "partially_fulfilled", "partially_paid", "partially_refunded",
    "partially_shipped", "pending", "pending_payment", "placed", "processed", "processing",
    "purchase", "purchased", "ready", "received", "sale", "sent", "settled", "shipped", "sold",
    "succeeded", "success", "successful", "unfulfilled", "won",
)  # fmt: skip
"""Orders that count: a shop that waits for its money or its parcel has sold all the same."""
