"""What campaigns.toml and a source mapping may say."""
