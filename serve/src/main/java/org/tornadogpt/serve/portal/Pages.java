package org.tornadogpt.serve.portal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tornadogpt.serve.http.Route;

/** The files of the page, which lie in the jar. Only these are served, whatever is asked for. */
final class Pages {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private static final List<String> FILES = List.of(
            "index.html",
            "style.css",
            "icon.svg",
            "app.js",
            "common.js",
            "write.js",
            "pipeline.js",
            "beams.js",
            "runs.js",
            "upload.js",
            "zip.js");

    private Pages() {}

    static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (String file : FILES) {
            byte[] bytes = read(file);
            String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
            String path = file.equals("index.html") ? "/" : "/portal/" + file;
            routes.add(Route.open("GET", path, exchange -> exchange.answer(200, type, bytes)));
        }
        return routes;
    }

    private static byte[] read(String file) {
        try (InputStream in = Pages.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("this build lacks the page's file " + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
