# The archives this machine has this Debian from, in apt's own reading of its sources. $codename is this Debian's name.
mirrors() {
  apt-get --print-uris update |
    sed -nE "s#^'(.*)/dists/($codename|stable|oldstable)/InRelease'.*#\1#p" | awk '!seen[$0]++'
}
