# shellcheck shell=bash
# What the deployment's scripts share. It is sourced, not run. Settings come from the environment:
# by their plain names from a person, with a leading _ from Cloud Build's substitutions.

# The services in the order in which a release reaches them: whoever reads what another writes goes
# first, so that nothing new is ever written before everybody can read it. Sweep and api write to
# all steps, webhook to the first of them.
SERVICES=(notify push analyze transcribe sweep webhook api)

# What an image is made of: the services, and the job that goes before them.
# shellcheck disable=SC2034 # used by the scripts that source this
IMAGES=(migrate "${SERVICES[@]}")

# Where a build leaves what later steps need.
BUILD=build
DEPLOYMENT=$BUILD/deployment.env

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

fail() {
	say "$@"
	exit 1
}

# start ARGUMENTS…: every script's first line. Answers -h with the script's first comment, and
# takes no other argument.
start() {
	if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
		sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
		exit
	fi
	[ $# -eq 0 ] || {
		say "takes no arguments; -h says what it reads"
		exit 2
	}
	cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
	mkdir -p "$BUILD"
}

# project checks which project is meant, and lets gcloud speak of that one alone.
project() {
	[[ ${PROJECT_ID:-} =~ ^[a-z][a-z0-9-]{4,28}[a-z0-9]$ ]] || fail "PROJECT_ID must be the id of the project"
	STATE_BUCKET=${STATE_BUCKET:-$PROJECT_ID-terraform}
	export CLOUDSDK_CORE_PROJECT=$PROJECT_ID CLOUDSDK_CORE_DISABLE_PROMPTS=1
}

# member prints whom gcloud acts as, in the way in which roles are granted.
member() {
	local account
	account=$(gcloud config get-value account 2>/dev/null) || account=
	case $account in
	'') fail "gcloud has no account: gcloud auth login" ;;
	*.gserviceaccount.com) printf 'serviceAccount:%s\n' "$account" ;;
	*) printf 'user:%s\n' "$account" ;;
	esac
}

# released reads what deploy/terraform wrote down of the deployment: a line NAME=value for each.
released() {
	[ -r "$DEPLOYMENT" ] || fail "$DEPLOYMENT is missing: run deploy/terraform first"
	local name
	for name in REGISTRY REGIONS ACTIVE_REGION WEBHOOK_URL API_URL SPANNER_INSTANCE SPANNER_DATABASE BOOTSTRAP_SECRET CANARY_ACCOUNT BUILD_ACCOUNT BUILD_BUCKET; do
		printf -v "$name" %s "$(sed -n "s/^$name=//p" "$DEPLOYMENT")"
		[ -n "${!name}" ] || fail "$DEPLOYMENT does not say $name"
	done
	read -ra REGIONS <<<"$REGIONS"
}

# named finds the release's name: VERSION, the tag or commit of a triggered build, the build's id, or
# what git says.
named() {
	VERSION=${VERSION:-${_VERSION:-${TAG_NAME:-${SHORT_SHA:-}}}}
	[ -n "$VERSION" ] || VERSION=${BUILD_ID:+build-${BUILD_ID:0:8}}
	[ -n "$VERSION" ] || VERSION=$(git describe --tags --always --dirty 2>/dev/null) || fail "set VERSION"
	[[ $VERSION =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || fail "VERSION must be usable as an image's tag"
}

# digest IMAGE prints the reference of an image that deploy/image pushed: by digest, since a tag
# says what somebody meant and a digest what it is.
digest() {
	local reference
	reference=$(cat "$BUILD/images/$1") || fail "the image of $1 is missing: run deploy/image first"
	[[ $reference == "$REGISTRY/$1@sha256:"* && ${reference##*:} =~ ^[0-9a-f]{64}$ ]] || fail "the image of $1 is not named by a digest of $REGISTRY"
	printf '%s\n' "$reference"
}

# traffic SERVICE REGION prints a line for each part of the traffic: revision,percent,tag,address.
traffic() {
	gcloud run services describe "$1" --region="$2" '--flatten=status.traffic[]' \
		'--format=csv[no-heading](status.traffic.revisionName,status.traffic.percent,status.traffic.tag,status.traffic.url)'
}

# tagged SERVICE REGION TAG prints revision and address of the revision with the tag.
tagged() {
	local lines
	lines=$(traffic "$1" "$2") || return
	awk -F, -v tag="$3" '$3 == tag { print $1, $4; found = 1 } END { exit !found }' <<<"$lines"
}

# direct SERVICE REGION ARGUMENTS… changes where a service's traffic goes.
direct() {
	local service=$1 region=$2
	shift 2
	gcloud run services update-traffic "$service" --region="$region" "$@" >/dev/null
}

# reachable SERVICE: can the build call its address? Private services are called by Google alone, and
# behind a load balancer nobody else reaches the public ones either.
reachable() { [[ $1 == webhook || $1 == api ]] && [[ $WEBHOOK_URL == https://*.run.app ]]; }

# healthy SERVICE REGION asks the revision with the tag candidate whether it is well and of this
# version, if it can be asked, and how many of its requests failed. That a container came up was
# seen when it was deployed; the rest shows in its answers.
healthy() {
	local revision address answer errors most=${MAX_ERRORS:-5}
	read -r revision address <<<"$(tagged "$1" "$2" candidate)"
	[ -n "$revision" ] || { say "$1 in $2 has no candidate"; return 1; }
	if reachable "$1"; then
		answer=$(curl --silent --fail --max-time 10 --retry "${HEALTH_TRIES:-20}" --retry-delay "${HEALTH_PAUSE:-3}" --retry-all-errors \
			"$address/v1/health") || { say "$revision in $2 is not well"; return 1; }
		[[ $answer == *"\"version\":\"$VERSION\""* ]] || { say "$revision in $2 is not version $VERSION"; return 1; }
	fi
	errors=$(gcloud logging read "resource.type=\"cloud_run_revision\" AND resource.labels.location=\"$2\" AND resource.labels.revision_name=\"$revision\" AND httpRequest.status>=500 AND NOT httpRequest.requestUrl:\"/v1/health\"" \
		--freshness=1h --limit=$((most + 1)) '--format=value(insertId)') || { say "the requests of $revision cannot be looked at"; return 1; }
	errors=$(grep -c . <<<"$errors") || errors=0
	[ "$errors" -le "$most" ] || { say "$revision in $2 failed more than $most requests"; return 1; }
}

# undo_on_failure makes a script that fails, or is stopped, take the release back. What it keeps in
# the directory $private is removed in any case.
undo_on_failure() {
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap undo EXIT
}

undo() {
	local code=$?
	trap - EXIT
	[ -z "${private:-}" ] || rm -rf "$private"
	if [ "$code" -ne 0 ]; then
		say "failed: taking the release back"
		deploy/rollback || say "THE RELEASE COULD NOT BE TAKEN BACK: run deploy/rollback"
	fi
	exit "$code"
}
