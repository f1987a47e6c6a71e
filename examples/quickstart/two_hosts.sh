#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Hosts on one machine that behave like separate ones: own network, host name, shared memory, home and sshd.
#
# Usage: two_hosts.sh up FOLDER [HOSTS]      make them (default 2), with all their files in FOLDER
#        two_hosts.sh exec FOLDER HOST CMD…  run CMD on host 0, 1, … or on "client", the machine beside them
#        two_hosts.sh cut FOLDER HOST        take the host's link down, as if its cable were pulled
#        two_hosts.sh restore FOLDER HOST    and up again
#        two_hosts.sh left FOLDER            print what is on the hosts beside their sshd; exit 1 if there is anything
#        two_hosts.sh down FOLDER            end and remove all of it
#
# Needs root. A host is a network namespace whose only link goes to a bridge in the client's namespace, so no address
# is used outside of them. Host N is 10.77.0.(N+1); FOLDER/ssh_config is for ssh -F, with the names node0, node1, …
# Nothing is touched that `up` did not make.
set -euo pipefail

usage() { sed -n '3,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
fail() { echo "two_hosts.sh: $*" >&2; exit 1; }

# The namespaces bear the folder's name, so that two runs do not meet.
prefix() { basename "$folder" | tr -c 'a-zA-Z0-9\n' '-'; }
namespace() { if [[ $1 == client ]]; then echo "$(prefix)-client"; else echo "$(prefix)-node$1"; fi; }
host_count() { cat "$folder/hosts"; }
sshd_pid() { cat "$folder/node$1/sshd.pid"; }

write_ssh_files() {
  local count=$1 i
  ssh-keygen -q -t ed25519 -N '' -C quickstart -f "$folder/user_key"
  for ((i = 0; i < count; i++)); do
    mkdir -p "$folder/node$i/home" "$folder/node$i/tmp"
    chmod 1777 "$folder/node$i/tmp"
    ssh-keygen -q -t ed25519 -N '' -C "node$i" -f "$folder/node$i/host_key"
    echo "node$i,10.77.0.$((i + 1)) $(cut -d' ' -f1,2 "$folder/node$i/host_key.pub")" >>"$folder/known_hosts"
    printf '127.0.0.1 localhost\n' >"$folder/node$i/etc_hosts"
    for ((j = 0; j < count; j++)); do echo "10.77.0.$((j + 1)) node$j" >>"$folder/node$i/etc_hosts"; done
    # Without a password, and yet not locked: sshd lets no locked account in, key or not.
    (umask 077 && echo 'root:*:19000:0:99999:7:::' >"$folder/node$i/etc_shadow")
    cat >"$folder/node$i/sshd_config" <<END
ListenAddress 10.77.0.$((i + 1))
HostKey "$folder/node$i/host_key"
AuthorizedKeysFile "$folder/user_key.pub"
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
Subsystem sftp internal-sftp
SetEnv "HOME=$folder/node$i/home" "TMPDIR=$folder/node$i/tmp"
END
    cat >>"$folder/ssh_config" <<END
Host node$i 10.77.0.$((i + 1))
  HostName 10.77.0.$((i + 1))
  User root
  IdentityFile "$folder/user_key"
  IdentitiesOnly yes
  UserKnownHostsFile "$folder/known_hosts"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
END
  done
}

make_network() {
  local count=$1 client i
  client=$(namespace client)
  ip netns add "$client"
  ip -n "$client" link set lo up
  ip -n "$client" link add bridge0 type bridge
  ip -n "$client" address add 10.77.0.254/24 dev bridge0
  ip -n "$client" link set bridge0 up
  for ((i = 0; i < count; i++)); do
    ip netns add "$(namespace "$i")"
    ip -n "$client" link add "node$i" type veth peer name eth0 netns "$(namespace "$i")"
    ip -n "$client" link set "node$i" master bridge0 up
    ip -n "$(namespace "$i")" link set lo up
    ip -n "$(namespace "$i")" address add "10.77.0.$((i + 1))/24" dev eth0
    ip -n "$(namespace "$i")" link set eth0 up
  done
}

# Runs inside the new namespaces of a host and becomes its sshd. /sys must show this host's interfaces, and still
# have the cgroups of the machine in it.
become_sshd() {
  local own=$1 name=$2
  hostname "$name"
  mount -t tmpfs -o size=512m,mode=1777 shm /dev/shm
  mount -t tmpfs -o mode=755 run /run
  mkdir /run/sshd /run/cgroup
  if [[ -d /sys/fs/cgroup ]]; then mount --rbind /sys/fs/cgroup /run/cgroup; fi
  mount -t sysfs sysfs /sys
  if mountpoint -q /run/cgroup; then
    mount --rbind /run/cgroup /sys/fs/cgroup
    umount -l /run/cgroup
  fi
  mount --bind "$own/etc_hosts" /etc/hosts
  mount --bind "$own/etc_shadow" /etc/shadow
  echo $$ >"$own/sshd.pid"
  exec "$(command -v sshd || echo /usr/sbin/sshd)" -D -e -f "$own/sshd_config"
}

answers() { on_client ssh -F "$folder/ssh_config" -o ConnectTimeout=2 "node$1" true 2>"$folder/node$1/ssh.log"; }
on_client() { nsenter --net="/run/netns/$(namespace client)" -- "$@"; }

# The script's last act, so that a signal to it reaches the command.
become() {
  local host=$1
  shift
  if [[ $host == client ]]; then exec nsenter --net="/run/netns/$(namespace client)" -- "$@"; fi
  exec nsenter -t "$(sshd_pid "$host")" -n -m -u -i -- "$@"
}

up() {
  local count=${1:-2} i tries
  [[ $(id -u) == 0 ]] || fail "making hosts needs root"
  [[ ! -e $folder/hosts ]] || fail "\"$folder\" has hosts already"
  mkdir -p "$folder"
  chmod 755 "$folder"
  trap 'down || true' EXIT
  echo "$count" >"$folder/hosts"
  write_ssh_files "$count"
  make_network "$count"
  for ((i = 0; i < count; i++)); do
    setsid nsenter --net="/run/netns/$(namespace "$i")" -- unshare --mount --uts --ipc --propagation private \
      "$0" become_sshd "$folder/node$i" "node$i" </dev/null >"$folder/node$i/sshd.log" 2>&1 9>&- &
  done
  for ((i = 0; i < count; i++)); do
    for ((tries = 0; tries < 50; tries++)); do
      if answers "$i"; then continue 2; fi
      sleep 0.2
    done
    cat "$folder/node$i/sshd.log" "$folder/node$i/ssh.log" >&2
    fail "node$i: sshd does not answer"
  done
  trap - EXIT
}

# What a deployment left on the hosts: everything beside the sshd that we started.
left() {
  local i pid words path found=0
  for ((i = 0; i < $(host_count); i++)); do
    for pid in $(ip netns pids "$(namespace "$i")"); do
      words=$({ tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-120; } 2>/dev/null)
      # Without words it has ended since, or will be reaped.
      if [[ -n $words && $words != *sshd* ]]; then echo "node$i: process $pid: $words" && found=1; fi
    done
    while read -r path; do
      [[ $path == /dev/shm/libpod_lock ]] && continue  # Podman's own, on every host where it ever ran
      echo "node$i: $path" && found=1
    done < <("$0" exec "$folder" "$i" find /dev/shm "$folder/node$i/tmp" -mindepth 1)
  done
  return $found
}

namespaces() { ip netns list | cut -d' ' -f1 | grep -x "$(prefix)-.*" || true; }

# Everything of the hosts, whatever it is: a process in one of their namespaces is theirs.
processes() {
  local name
  for name in $(namespaces); do ip netns pids "$name"; done
}

# Cgroups (v2) that processes of the hosts are in, but for the one that they were started in.
cgroups() {
  local mount own pid
  mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
  [[ -n $mount ]] || return 0
  own=$(sed -n 's/^0:://p' /proc/self/cgroup)
  for pid in "$@"; do sed -n 's/^0:://p' "/proc/$pid/cgroup" 2>/dev/null || true; done |
    { grep -vx "$own" || true; } | sort -u | sed "s|^|$mount|"
}

end_processes() {
  local tries pids signal
  for ((tries = 0; tries < 70; tries++)); do
    pids=$(processes)
    [[ -n $pids ]] || return 0
    signal=TERM
    if ((tries > 20)); then signal=KILL; fi
    # shellcheck disable=SC2086 # numbers
    kill "-$signal" $pids 2>/dev/null || true
    sleep 0.1
  done
  fail "processes that do not end: ${pids//$'\n'/ }"
}

down() {
  local name group groups
  [[ -e $folder/hosts ]] || fail "\"$folder\" was not made by two_hosts.sh up"
  # shellcheck disable=SC2046 # numbers
  groups=$(cgroups $(processes))
  end_processes
  for group in $groups; do rmdir "$group" 2>/dev/null || true; done
  for name in $(namespaces); do ip netns delete "$name"; done
  rm -rf "$folder"
}

[[ $# -ge 2 ]] || usage
command=$1
if [[ $command == become_sshd ]]; then become_sshd "$2" "$3"; fi
folder=$(realpath -m "$2")
shift 2
case $command in
  up) up "$@" ;;
  exec) [[ $# -ge 2 ]] || usage; become "$@" ;;
  cut) [[ $# == 1 ]] || usage; ip -n "$(namespace client)" link set "node$1" down ;;
  restore) [[ $# == 1 ]] || usage; ip -n "$(namespace client)" link set "node$1" up ;;
  left) left ;;
  down) down ;;
  *) usage ;;
esac
