package org.tornadogpt.serve.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Who may ask: by the name the server was called by, the page that asks, and the key. */
public final class Guard {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.%]+]");
    private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

    private final Set<String> names;
    private final byte[] key;

    /**
     * Rules.
     *
     * @param names by which the server may be called besides {@code localhost} and addresses
     * @param key that requests must have, null for none
     */
    public Guard(List<String> names, String key) {
        this.names = Set.copyOf(
                names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
        this.key = key == null ? null : digest(key);
    }

    /**
     * A page of another site can make a browser call this server by a name of its own, which it lets point here (DNS
     * rebinding): then the name is a wrong one. It can call it by its right name, too: then the browser says which page
     * asks.
     */
    void check(Optional<String> host, Optional<String> origin, Optional<String> site) throws ApiException {
        String called = host.orElse("").toLowerCase(Locale.ROOT);
        String name = PORT.matcher(called).replaceFirst("");
        if (!name.equals("localhost")
                && !names.contains(name)
                && !ADDRESS.matcher(name).matches()) {
            throw ApiException.refused(
                    403, "host_not_allowed", "this server is not called by that name (--allow-host allows it)");
        }
        if (origin.isPresent()) {
            String from = origin.get().toLowerCase(Locale.ROOT);
            if (!from.equals("http://" + called) && !from.equals("https://" + called)) {
                throw ApiException.refused(403, "origin_not_allowed", "pages of other origins may not use this server");
            }
        }
        if (site.isPresent() && !site.get().equals("same-origin") && !site.get().equals("none")) {
            throw ApiException.refused(403, "origin_not_allowed", "pages of other origins may not use this server");
        }
    }

    /** Compares in a time that does not depend on how much of the key is right. */
    void checkKey(Optional<String> authorization) throws ApiException {
        if (key == null) {
            return;
        }
        String given = authorization.orElse("");
        boolean bearer = given.regionMatches(true, 0, "Bearer ", 0, 7);
        if (!bearer || !MessageDigest.isEqual(key, digest(given.substring(7).strip()))) {
            throw ApiException.unauthorised(
                    "the request needs the header Authorization: Bearer KEY with the right key");
        }
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
