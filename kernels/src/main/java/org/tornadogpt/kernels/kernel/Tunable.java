package org.tornadogpt.kernels.kernel;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Values that {@code tgpt kernels tune} tries for a constant of a variant's source file:
 *
 * <pre>
 *   &#64;Tunable({32, 64, 128})
 *   static final int TILE = 64;
 * </pre>
 *
 * The constant stays one, which compilers unroll and fold: the file is compiled anew for each value.
 */
@Documented
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.SOURCE)
public @interface Tunable {
    /** The values to try, as literals. */
    int[] value();
}
