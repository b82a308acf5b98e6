/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an unbound source may say. Only the first octets count, and only those that are in the
 * linear part and within the UDP length; what cannot be told from them is of no class.
 */
#ifndef SIPWARD_PAYLOAD_H
#define SIPWARD_PAYLOAD_H

#include "packet.h"

enum payload_kind {
	PAYLOAD_OTHER,
	PAYLOAD_REGISTER,
	PAYLOAD_KEEPALIVE,
	PAYLOAD_EMERGENCY,
	PAYLOAD_SIGCOMP,
};

#define MAX_KEEPALIVE_OCTETS 4 /* CRLFCRLF, RFC 5626 3.5.1 */
#define MAX_LEADING_CRLF 2 /* RFC 3261 7.5 */
#define MAX_METHOD 16

/* Whether `octets` from `at` on can be read and belong to the datagram. */
static __always_inline int has(const struct packet *packet, __u32 octets)
{
	return octets <= packet->payload && packet->at + octets <= packet->end;
}

/* Nothing but one to four octets of CR and LF. */
static __always_inline int is_crlf_keepalive(const struct packet *packet)
{
	if (packet->payload == 0 || packet->payload > MAX_KEEPALIVE_OCTETS)
		return 0;
	for (__u32 i = 0; i < MAX_KEEPALIVE_OCTETS; i++) {
		if (i >= packet->payload)
			break;
		if (!has(packet, i + 1))
			return 0;
		if (packet->at[i] != '\r' && packet->at[i] != '\n')
			return 0;
	}
	return 1;
}

struct stun_header {
	__be16 type;
	__be16 length;
	__be32 cookie;
	__u8 transaction[12];
};

#define STUN_BINDING_REQUEST 0x0001
#define STUN_MAGIC_COOKIE 0x2112a442

/* RFC 8489 5: the cookie, and a length that is the datagram's and a multiple of four. */
static __always_inline int is_stun_request(const struct packet *packet)
{
	const struct stun_header *stun = (const void *)packet->at;

	return has(packet, sizeof(*stun)) && stun->type == bpf_htons(STUN_BINDING_REQUEST) &&
	       stun->cookie == bpf_htonl(STUN_MAGIC_COOKIE) && packet->payload % 4 == 0 &&
	       bpf_ntohs(stun->length) == packet->payload - sizeof(*stun);
}

static __always_inline void skip_crlf(struct packet *packet)
{
	for (__u32 i = 0; i < MAX_LEADING_CRLF; i++) {
		if (!has(packet, 2) || packet->at[0] != '\r' || packet->at[1] != '\n')
			break;
		packet->at += 2;
		packet->payload -= 2;
	}
}

/* Methods are case-sensitive (RFC 3261 7.1). */
static __always_inline int is_register(const struct packet *packet)
{
	static const char word[] = "REGISTER ";

	if (!has(packet, sizeof(word) - 1))
		return 0;
#pragma unroll
	for (__u32 i = 0; i < sizeof(word) - 1; i++)
		if (packet->at[i] != word[i])
			return 0;
	return 1;
}

/* `urn:service:sos` in any case (RFC 5031 4.2: a service may have sub-services), at octet `i`. */
static __always_inline int is_sos_at(const struct packet *packet, __u32 i)
{
	static const char urn[] = "urn:service:sos";
	const __u8 *at = packet->at + i;
	__u8 after;

	if (!has(packet, i + sizeof(urn)))
		return 0;
#pragma unroll /* so that the text becomes code: a string section would cost us the BTF */
	for (__u32 k = 0; k < sizeof(urn) - 1; k++) {
		const __u8 octet = at[k];

		if ((octet >= 'A' && octet <= 'Z' ? octet + 32 : octet) != urn[k])
			return 0;
	}
	after = at[sizeof(urn) - 1];
	return after == ' ' || after == '.';
}

static __always_inline int is_emergency(const struct packet *packet)
{
	for (__u32 i = 0; i < MAX_METHOD; i++) {
		if (!has(packet, i + 1))
			return 0;
		if (packet->at[i] == ' ')
			return i > 0 && is_sos_at(packet, i + 1);
		if (packet->at[i] < 'A' || packet->at[i] > 'Z')
			return 0;
	}
	return 0;
}

static __always_inline enum payload_kind kind_of_payload(struct packet *packet)
{
	if (!has(packet, 1))
		return PAYLOAD_OTHER;
	if ((packet->at[0] & 0xf8) == 0xf8) /* RFC 3320 7 */
		return PAYLOAD_SIGCOMP;
	if (is_crlf_keepalive(packet) || is_stun_request(packet))
		return PAYLOAD_KEEPALIVE;
	skip_crlf(packet);
	if (is_register(packet))
		return PAYLOAD_REGISTER;
	if (settings.emergency && is_emergency(packet))
		return PAYLOAD_EMERGENCY;
	return PAYLOAD_OTHER;
}

#endif
