"""The gallery on several machines: pages in front, and workers that compute. Only `ray_serve` needs Ray."""
