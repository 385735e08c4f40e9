# shellcheck shell=bash
# What the scripts of this folder share: the cache, and Debian packages unpacked into it. On standard output they say what they
# are about to do, and nothing when it is done already; what their tools write goes to standard error.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../.." && pwd)
cache=${SHMWIFI_CACHE:-$checkout/.cache}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# The kernel of the command line: Debian's series 6.1 or 6.12, what build-debug-kernel or build-uml-kernel made of their sources, or the newest of a suite.
check_series() {
    case ${1-} in
    6.1 | 6.12 | 6.1-debug | 6.12-debug | 6.1-uml | 6.12-uml | trixie-backports | sid) ;;
    *) die "usage: ${0##*/} 6.1|6.12|6.1-debug|6.12-debug|6.1-uml|6.12-uml|trixie-backports|sid" ;;
    esac
}

# choose_guest GUEST: the guest of the command line, a kernel with an architecture: one of check_series for x86-64, 6.12-arm64 for aarch64, where
# Debian's 6.1 has no CONFIG_ZONE_DEVICE. Sets series, architecture (Debian's name), triple (the compiler's), and of_architecture, which ends the names of what its series share.
# shellcheck disable=SC2034 # for the scripts
choose_guest() {
    guest=${1-} series=${1-} architecture=amd64 triple=x86_64-linux-gnu of_architecture=
    case $guest in
    6.12-arm64) series=${guest%-arm64} architecture=arm64 triple=aarch64-linux-gnu of_architecture=-arm64 ;;
    *-arm64) die "arm64 has the guest 6.12-arm64 alone: the module needs CONFIG_ZONE_DEVICE, which Debian's 6.1 has not there" ;;
    *) check_series "$guest" ;;
    esac
}

# lock FOLDER: one process at a time fills FOLDER; held until this (sub)shell ends.
lock() {
    mkdir -p "$1"
    exec {lock_fd}<"$1"
    flock "$lock_fd"
}

apt_options=()

# debian_mirror: where apt has Debian's archive from.
debian_mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/$' || die "apt has no source of Debian"
}

# use_apt_of SUITE [ARCHITECTURE]: from here on apt's lists are those of that suite of Debian, and of a stable one's security archive, in CACHE/apt/SUITE,
# whatever this machine runs. With another architecture, packages are that one's, and PACKAGE:amd64 is this machine's.
use_apt_of() {
    local suite=$1 other=${2-} folder=$cache/apt/$1${2:+-$2} mirror archives
    mirror=$(debian_mirror)
    archives=("$mirror" "$suite")
    [[ $suite == sid || $suite == *-backports ]] || archives+=("${mirror%/debian/}/debian-security/" "$suite-security")
    mkdir -p "$folder"/{lists/partial,archives/partial}
    : >"$folder/status"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "${archives[@]}" >"$folder/sources.list"
    cat >"$folder/apt.conf" <<EOF
Dir::Etc::SourceList "$folder/sources.list";
Dir::Etc::SourceParts "-";
Dir::State::Lists "$folder/lists";
Dir::State::Status "$folder/status";
Dir::Cache "$folder";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "$(id -un)";
EOF
    [[ -z $other ]] || printf 'APT::Architecture "%s";\nAPT::Architectures { "%s"; "amd64"; };\n' "$other" "$other" >>"$folder/apt.conf"
    export APT_CONFIG=$folder/apt.conf
    apt_options=(-o APT::Default-Release=) # a release of this machine's
    echo "updating apt's lists of $suite${other:+ for $other}" >&2
    apt-get update -q "${apt_options[@]}" >&2 || die "apt-get update failed for $suite: is the network up?"
}

# make_root SUITE: a root of that suite of Debian with what modules are built with: its tools, its newest headers. In CACHE/roots/SUITE, once, by
# root; remove it for newer ones.
make_root() (
    suite=$1 root=$cache/roots/$1
    lock "$cache/roots"
    [[ ! -f $root/etc/debian_version ]] || exit 0
    command -v mmdebstrap >/dev/null || die "mmdebstrap is missing: apt-get install mmdebstrap"
    mirror=$(debian_mirror)
    release=${suite%-backports}
    sources=("deb $mirror $release main")
    [[ $suite == "$release" ]] || sources+=("deb $mirror $suite main")
    echo "making a root of $suite"
    rm -rf "$root"
    # A mirror may be weeks behind, with lists that have expired.
    mmdebstrap --quiet --variant=apt --include=gcc,make,mount,perl,linux-headers-amd64 --aptopt="APT::Default-Release \"$suite\"" \
        --aptopt='Acquire::Check-Valid-Until "false"' "$release" "$root" "${sources[@]}" >&2 || die "mmdebstrap made no root of $suite"
)

# in_root SUITE COMMAND...: in the root of that suite, with CACHE at the same path.
in_root() {
    local root=$cache/roots/$1
    shift
    mkdir -p "$root$cache"
    # shellcheck disable=SC2016 # the inner shell's
    unshare --mount --pid --fork sh -euc 'root=$1 cache=$2
        shift 2
        mount --bind "$cache" "$root$cache"
        mount -t devtmpfs none "$root/dev"
        mount -t proc none "$root/proc"
        exec chroot "$root" "$@"' sh "$root" "$cache" "$@" >&2
}

# with_tools_of SERIES COMMAND...: in the root of the suite that the series is the newest of, which is made first; in none for others.
with_tools_of() {
    if [[ $1 == [a-z]* ]]; then
        make_root "$1"
        in_root "$@"
    else
        "${@:2}" >&2
    fi
}

# candidate_depends PACKAGE...: the packages that apt's candidates of these depend on, of alternatives the first.
candidate_depends() {
    local control
    control=$(apt-cache show "${apt_options[@]}" --no-all-versions "$@") ||
        die "apt does not know all of $*: run 'apt-get update' (with Debian's security archive among the sources)"
    sed -n -E 's/^(Pre-)?Depends: //p' <<<"$control" | tr ',' '\n' | sed 's/^ *\([^ (|:]*\).*/\1/'
}

# is_fetched FOLDER LIST-COMMAND...: whether fetch_packages would touch no network.
is_fetched() {
    [[ -f $1/SHA256SUMS && -f $1/wanted && $(<"$1/wanted") == "${*:2}" ]]
}

# fetch_packages FOLDER LIST-COMMAND...: download the packages that the command lists, and unpack them into FOLDER/root,
# once. FOLDER/wanted records the command and FOLDER/SHA256SUMS what came; later runs of the same command verify it and touch
# no network. Another command, or removing FOLDER, starts again.
fetch_packages() (
    folder=$1
    shift
    lock "$folder"
    cd "$folder" || exit
    if is_fetched . "$@"; then
        sha256sum --check --quiet SHA256SUMS >&2 ||
            die "the packages in $folder are not those that were downloaded: remove that folder and run again"
        return
    fi
    packages=$("$@")
    # shellcheck disable=SC2086 # one word a package
    echo "downloading $(wc -w <<<"$packages") packages:" $packages
    rm -rf incoming
    mkdir incoming
    options=(-q "${apt_options[@]}")
    [[ $(id -u) -ne 0 ]] || options+=(-o APT::Sandbox::User=root) # apt's own user may not write here
    # shellcheck disable=SC2086 # one word a package
    (cd incoming && apt-get download "${options[@]}" $packages >&2) ||
        die "apt-get download failed (is the network up, and 'apt-get update' recent?):" $packages
    rm -rf root SHA256SUMS ./*.deb
    mkdir root
    for package in incoming/*.deb; do
        dpkg -x "$package" root
        mv "$package" .
    done
    rmdir incoming
    # Since Debian 13 packages have all of these in usr alone.
    for merged in bin lib lib64 sbin; do
        [[ -e root/$merged || ! -e root/usr/$merged ]] || ln -s "usr/$merged" "root/$merged"
    done
    echo "$*" >wanted
    sha256sum ./*.deb >SHA256SUMS.new
    mv SHA256SUMS.new SHA256SUMS
)

# up_to_date FOLDER FILE...: whether FOLDER was made from files with just these contents; else it is marked as not made.
up_to_date() {
    local folder=$1
    shift
    input_hash=$(sha256sum "$@" | cut -d' ' -f1 | sha256sum)
    [[ -f $folder/inputs && $(<"$folder/inputs") == "$input_hash" ]] && return
    rm -f "$folder/inputs"
    return 1
}

# made FOLDER: what up_to_date asked for is in place now.
made() {
    echo "$input_hash" >"$1/inputs"
}
