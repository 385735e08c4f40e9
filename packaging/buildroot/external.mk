# Both packages are of the checkout that this tree is a folder of, and of its version.
SHMWIFI_CHECKOUT := $(realpath $(BR2_EXTERNAL_SHMWIFI_PATH)/../..)
SHMWIFI_VERSION := $(shell sed -n 's/.*<Version>\(.*\)<.*/\1/p' $(SHMWIFI_CHECKOUT)/Directory.Build.props)

include $(sort $(wildcard $(BR2_EXTERNAL_SHMWIFI_PATH)/package/*/*.mk))
