# shellcheck shell=bash disable=SC2154
# What the scripts share that build a kernel from Debian's sources. Sourced after lib.sh, whose variables it uses.

# install_tools: what a kernel's build needs besides gcc and make.
install_tools() {
    local missing=() package file
    while read -r package file; do
        [[ -e $file ]] || missing+=("$package")
    done <<'END'
flex /usr/bin/flex
bison /usr/bin/bison
bc /usr/bin/bc
libelf-dev /usr/include/gelf.h
libssl-dev /usr/include/openssl/ssl.h
END
    ((${#missing[@]})) || return 0
    [[ $(id -u) -eq 0 ]] || die "these Debian packages are missing: ${missing[*]}. Install them, or run this as root."
    apt-get install -y -q "${missing[@]}" >&2
}

# fetch_source SERIES: Debian's sources of that series, in CACHE/kernel-source/SERIES, once. Debian 12 has both series; what this machine's release lacks
# comes from there, with apt's lists changed in this subshell alone.
fetch_source() (
    series=$1 list=(echo "linux-source-$1")
    if ! is_fetched "$cache/kernel-source/$series" "${list[@]}" && ! apt-cache show "linux-source-$series" >/dev/null 2>&1; then
        use_apt_of bookworm
    fi
    fetch_packages "$cache/kernel-source/$series" "${list[@]}"
)

# unpack_source SERIES FOLDER: these sources in a new FOLDER.
unpack_source() {
    rm -rf "$2"
    mkdir "$2"
    tar -C "$2" --strip-components=1 -xf "$cache/kernel-source/$1/root/usr/src/linux-source-$1.tar.xz"
}

# configure FOLDER CONFIG [VARIABLE=VALUE...]: the sources in FOLDER with all off but for what CONFIG wants, and all of that as it wants it.
configure() {
    local folder=$1 config=$2
    shift 2
    make --silent -C "$folder" "$@" KCONFIG_ALLCONFIG="$config" allnoconfig >&2
    ! grep '^CONFIG_' "$config" | grep -vxFf "$folder/.config" >&2 || die "Kconfig refused these lines of $config"
}
