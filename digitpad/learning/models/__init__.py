"""Networks, their files, and the devices they compute on."""
