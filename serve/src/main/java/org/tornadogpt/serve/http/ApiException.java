package org.tornadogpt.serve.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An answer that is an error, in the form that OpenAI's clients know. */
public final class ApiException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final String INVALID = "invalid_request_error";

    private final int status;
    private final String type;
    private final String code;
    private final String parameter;

    private ApiException(int status, String type, String code, String parameter, String message) {
        super(message);
        this.status = status;
        this.type = type;
        this.code = code;
        this.parameter = parameter;
    }

    /** 400: the value of {@code parameter} will not do. */
    public static ApiException invalid(String parameter, String message) {
        return invalid(parameter, "invalid_value", message);
    }

    /** 400, with a code of its own. */
    public static ApiException invalid(String parameter, String code, String message) {
        return new ApiException(400, INVALID, code, parameter, message);
    }

    /** 401. */
    public static ApiException unauthorised(String message) {
        return new ApiException(401, INVALID, "invalid_api_key", null, message);
    }

    /** Another 4xx. */
    public static ApiException refused(int status, String code, String message) {
        return new ApiException(status, INVALID, code, null, message);
    }

    /** 404: there is no such model. */
    public static ApiException noModel(String message) {
        return new ApiException(404, INVALID, "model_not_found", "model", message);
    }

    /** 503: try again later. */
    public static ApiException busy(String message) {
        return new ApiException(503, "server_error", "overloaded", null, message);
    }

    /** 500. */
    public static ApiException failed(String message) {
        return new ApiException(500, "server_error", "internal_error", null, message);
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    /** The body. */
    public ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("error")
                .put("message", getMessage())
                .put("type", type)
                .put("param", parameter)
                .put("code", code);
        return body;
    }
}
