################################################################################
#
# shmwifi-guest
#
################################################################################

SHMWIFI_GUEST_VERSION = $(SHMWIFI_VERSION)
SHMWIFI_GUEST_SOURCE =
SHMWIFI_GUEST_LICENSE = MIT

define SHMWIFI_GUEST_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0644 $(SHMWIFI_GUEST_PKGDIR)/shmwifi.default \
		$(TARGET_DIR)/etc/default/shmwifi
endef

define SHMWIFI_GUEST_INSTALL_INIT_SYSV
	$(INSTALL) -D -m 0755 $(SHMWIFI_GUEST_PKGDIR)/S30shmwifi \
		$(TARGET_DIR)/etc/init.d/S30shmwifi
endef

$(eval $(generic-package))
