"""Where an audit looks: lists of addresses and feeds. Pure apart from the fetcher handed in; no Django."""
