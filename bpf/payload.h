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

/* `octets` of the payload, `skip` octets behind the cursor; NULL when they are not there. */
static __always_inline const __u8 *see(struct xdp_md *ctx, const struct packet *packet, __u32 skip,
				       __u32 octets)
{
	const __u8 *head;

	if (skip + octets > packet->payload)
		return NULL;
	head = peek(ctx, packet, skip + octets);
	return head ? head + skip : NULL;
}

static __always_inline int is_line_end(__u8 octet)
{
	return octet == '\r' || octet == '\n';
}

/* Nothing but one to four octets of CR and LF. */
static __always_inline int is_crlf_keepalive(struct xdp_md *ctx, const struct packet *packet)
{
	if (packet->payload == 0 || packet->payload > MAX_KEEPALIVE_OCTETS)
		return 0;
	for (__u32 i = 0; i < MAX_KEEPALIVE_OCTETS && i < packet->payload; i++) {
		const __u8 *octet = see(ctx, packet, i, 1);

		if (!octet || !is_line_end(*octet))
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
static __always_inline int is_stun_request(struct xdp_md *ctx, const struct packet *packet)
{
	const struct stun_header *stun = (const void *)see(ctx, packet, 0, sizeof(*stun));

	return stun && stun->type == bpf_htons(STUN_BINDING_REQUEST) &&
	       stun->cookie == bpf_htonl(STUN_MAGIC_COOKIE) && packet->payload % 4 == 0 &&
	       bpf_ntohs(stun->length) == packet->payload - sizeof(*stun);
}

static __always_inline void skip_crlf(struct xdp_md *ctx, struct packet *packet)
{
	for (__u32 i = 0; i < MAX_LEADING_CRLF; i++) {
		const __u8 *line_end = see(ctx, packet, 0, 2);

		if (!line_end || line_end[0] != '\r' || line_end[1] != '\n')
			break;
		packet->at += 2;
		packet->payload -= 2;
	}
}

/* Methods are case-sensitive (RFC 3261 7.1). */
static __always_inline int is_register(struct xdp_md *ctx, const struct packet *packet)
{
	static const char word[] = "REGISTER ";
	const __u8 *start = see(ctx, packet, 0, sizeof(word) - 1);

	if (!start)
		return 0;
#pragma unroll /* so that the text becomes code: a string section would cost us the BTF */
	for (__u32 i = 0; i < sizeof(word) - 1; i++)
		if (start[i] != word[i])
			return 0;
	return 1;
}

/* `urn:service:sos` at the cursor, in any case; RFC 5031 4.2: it may have sub-services. */
static __always_inline int is_sos(struct xdp_md *ctx, const struct packet *packet)
{
	static const char urn[] = "urn:service:sos";
	const __u8 *start = see(ctx, packet, 0, sizeof(urn));

	if (!start)
		return 0;
#pragma unroll
	for (__u32 i = 0; i < sizeof(urn) - 1; i++) {
		const __u8 octet = start[i];

		if ((octet >= 'A' && octet <= 'Z' ? octet + 32 : octet) != urn[i])
			return 0;
	}
	return start[sizeof(urn) - 1] == ' ' || start[sizeof(urn) - 1] == '.';
}

/* A method, one space, an emergency service (TS 24.229 5.2.6.3.2A has only such requests pass). */
static __always_inline int is_emergency(struct xdp_md *ctx, struct packet *packet)
{
	for (__u32 i = 0; i <= MAX_METHOD; i++) {
		const __u8 *octet = take(ctx, packet, 1);

		if (!octet || packet->payload == 0)
			return 0;
		packet->payload--;
		if (*octet == ' ')
			return i > 0 && is_sos(ctx, packet);
		if (*octet < 'A' || *octet > 'Z')
			return 0;
	}
	return 0;
}

/* Moves the cursor. */
GLOBAL int kind_of_payload(struct xdp_md *ctx, struct packet *packet)
{
	const __u8 *first;

	if (!packet)
		return PAYLOAD_OTHER;
	first = see(ctx, packet, 0, 1);
	if (!first)
		return PAYLOAD_OTHER;
	if ((*first & 0xf8) == 0xf8) /* RFC 3320 7 */
		return PAYLOAD_SIGCOMP;
	if (is_crlf_keepalive(ctx, packet) || is_stun_request(ctx, packet))
		return PAYLOAD_KEEPALIVE;
	skip_crlf(ctx, packet);
	if (is_register(ctx, packet))
		return PAYLOAD_REGISTER;
	if (settings.emergency && is_emergency(ctx, packet))
		return PAYLOAD_EMERGENCY;
	return PAYLOAD_OTHER;
}

#endif
