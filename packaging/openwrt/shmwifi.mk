# SPDX-License-Identifier: MIT
# What both packages have in common. This feed is a folder of a checkout, and its packages are of that checkout's version.

SHMWIFI_CHECKOUT:=$(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)

PKG_VERSION:=$(shell sed -n 's/.*<Version>\(.*\)<.*/\1/p' $(SHMWIFI_CHECKOUT)/Directory.Build.props)
PKG_RELEASE:=1
PKG_MAINTAINER:=$(shell git -C $(SHMWIFI_CHECKOUT) log -1 --format='%aN <%aE>')
