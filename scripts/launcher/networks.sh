# Small address ranges for a stack's networks. Docker gives each network one of about thirty large
# ranges, which four stacks use up; sixteen addresses each are enough here. Plain Compose does without.
# shellcheck shell=sh

networks='edge front data bus backplane egress model'

# Leaves a Compose file that gives each network its range; chosen once per stack and then kept.
networks_choose() {
  networks_file=$(settings_dir)/networks.yaml
  if [ -s "$networks_file" ]; then return 0; fi
  # Another stack may end just now: a network that is gone between the two has no range, and is no failure.
  used=$(docker network ls -q | xargs docker network inspect --format '{{range .IPAM.Config}}{{.Subnet}} {{end}}' 2>/dev/null || :)
  used="$used $(ip -4 route 2>/dev/null || :) $(cat "$ORCHESTRA_HOME"/installs/*/networks.yaml 2>/dev/null || :)"
  third=$(printf '%d' "0x$(printf '%s' "$stack" | git hash-object --stdin | cut -c1-2)")
  tried=0
  while case "$used" in *"10.231.$third."*) ;; *) false ;; esac; do
    tried=$((tried + 1))
    if [ "$tried" -ge 256 ]; then
      warn "no free range in 10.231.0.0/16; Docker chooses the networks' addresses."
      printf 'services: {}\n' >"$networks_file"
      return 0
    fi
    third=$(((third + 1) % 256))
  done
  fourth=0
  {
    say 'networks:'
    for network in $networks; do
      say "  $network: { ipam: { config: [{ subnet: 10.231.$third.$fourth/28 }] } }"
      fourth=$((fourth + 16))
    done
  } >"$networks_file.new"
  mv "$networks_file.new" "$networks_file"
}
