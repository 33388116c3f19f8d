"""JSON Lines and arrays of JSON objects, every value as the text that stands in the file.

`json_reader` has lines of known keys read by their pattern (`json_shapes`), others one by one
(`json_values`); `json_array` turns an array into lines first.
"""
