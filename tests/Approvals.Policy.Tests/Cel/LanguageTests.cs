using Approvals.Policy.Cel;

namespace Approvals.Policy.Tests.Cel;

/// <summary>The language beyond what the conformance files beside the repository hold: each line must be true.</summary>
public sealed class LanguageTests
{
    [Theory]
    // Numbers
    [InlineData("9223372036854775807 > 9223372036854775806 && -9223372036854775808 < 0")]
    [InlineData("0xff == 255 && 0XFFu == 255u && .5 == 0.5 && 1e3 == 1000.0 && 5E-1 == 0.5")]
    [InlineData("7 / -2 == -3 && -7 % 2 == -1 && 7u % 4u == 3u")]
    [InlineData("--5 == 5 && -(-5) == 5 && !!true")]
    [InlineData("dyn(1) == 1.0 && dyn(1u) == 1 && dyn(1.5) != 1 && dyn(0.0) == dyn(-0.0)")]
    [InlineData("dyn(-1) < 0u && dyn(18446744073709551615u) > 9223372036854775807 && dyn(1) < 1.5")]
    [InlineData("!(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 >= 1.0) && 0.0 / 0.0 != 0.0 / 0.0")]
    [InlineData("double('NaN') != double('NaN') && double('-Infinity') < -1e308 && int('-12') == -12 && uint('12') == 12u")]
    [InlineData("double('nan') != double('nan') && double('INF') == double('+Infinity') && double('-inf') == -1.0 / 0.0")]
    // Text
    [InlineData("size('😀é') == 2 && '😀é'.size() == 2 && size(b'é') == 2 && 'a' + 'b' == 'ab'")]
    [InlineData("'\\u00e9\\x41\\101\\U0001F600' == 'éAA😀' && r'\\n' == '\\\\n' && b'\\xff\\377' == b'\\377\\xff'")]
    [InlineData("'''a\n'b'''  == 'a\\n\\'b' && \"\"\"x\"y\"\"\" == 'x\"y'")]
    [InlineData("'Ab' < 'a' && '\\ufffd' < '\\U00010000' && 'a' < 'ab'")]
    [InlineData("'héllo'.charAt(1) == 'é' && 'hello'.charAt(5) == '' && 'a😀b'.indexOf('b') == 2 && 'a😀b😀'.lastIndexOf('😀') == 3")]
    [InlineData("'a😀b'.substring(1, 2) == '😀' && 'a😀b'.reverse() == 'b😀a' && '\\u2003x\\u3000'.trim() == 'x'")]
    [InlineData("'abc'.replace('', '-') == '-a-b-c-' && 'aaa'.replace('a', 'b', 2) == 'bba' && 'abc'.replace('', '-', 2) == '-a-bc'")]
    [InlineData("'abc'.split('') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c'] && ''.split(',') == [''] && ''.split('') == []")]
    [InlineData("'a,b'.split(',', 0) == [] && [].join('x') == '' && ['a'].join('x') == 'a' && 'xÉ'.upperAscii() == 'XÉ'")]
    [InlineData("strings.quote('a\"b\\\\\\n') == '\"a\\\\\"b\\\\\\\\\\\\n\"'")]
    // Formatting
    [InlineData("'%.0f %.0f %.0f'.format([2.5, 3.5, -0.5]) == '2 4 -0' && '%.2f'.format([2.675]) == '2.67'")]
    [InlineData("'%.3e'.format([9.9996]) == '1.000e+01' && '%e'.format([0.0]) == '0.000000e+00' && '%.0e'.format([1052.0]) == '1e+03'")]
    [InlineData("'%x %X %o %b'.format([-31, 255u, 8, true]) == '-1f FF 10 1' && '%d%%'.format([5]) == '5%'")]
    [InlineData("'%s'.format([{'b': [1, 2.5], 'a': null}]) == '{a: null, b: [1, 2.5]}' && '%s'.format([duration('1.5s')]) == '1.5s'")]
    [InlineData("string(1.0) == '1' && string(1e6) == '1e+06' && string(123456.0) == '123456' && string(1e-5) == '1e-05' && string(0.1) == '0.1'")]
    // Time
    [InlineData("string(timestamp('2024-02-29T23:30:00.120-05:00')) == '2024-03-01T04:30:00.12Z'")]
    [InlineData("timestamp('2024-03-10T07:30:00Z').getHours('America/New_York') == 3 && timestamp(0).getDayOfWeek() == 4")]
    [InlineData("timestamp('2024-01-01T00:00:00Z').getDate('-02:30') == 31 && timestamp('2024-12-31T00:00:00Z').getDayOfYear() == 365")]
    [InlineData("timestamp('2024-01-01T00:00:00.5Z').getMilliseconds() == 500 && duration('1.234s').getMilliseconds() == 234")]
    [InlineData("duration('1h30m') == duration('5400s') && string(duration('-90ms')) == '-0.09s' && duration('0') == duration('0s')")]
    [InlineData("duration('-1h') < duration('1ns') && timestamp(10) - timestamp(4) == duration('6s') && int(timestamp('1970-01-01T00:01:00Z')) == 60")]
    // Aggregates
    [InlineData("[1, 2] + [3] == [1, 2, 3] && 1 in [1] && !('x' in {'y': 1}) && {'a': 1}['a'] == 1 && {'a': 1}.a == 1")]
    [InlineData("dyn({1: 'a'}) == {1u: 'a'} && {'a': 1, 'b': 2} == {'b': dyn(2.0), 'a': 1u} && [1, 2u, 3.0] == [1.0, 2, 3u]")]
    [InlineData("[1, 2, 3,].size() == 3 && {'a': 1,}.size() == 1")]
    // Logic
    [InlineData("true || 1 / 0 == 1")]
    [InlineData("1 / 0 == 1 || true")]
    [InlineData("!(false && 1 / 0 == 1) && !(1 / 0 == 1 && false)")]
    [InlineData("true ? true : 1 / 0 == 1")]
    // Macros
    [InlineData("[1, 2, 3].exists(x, x / (x - 1) == 2) && ![0, 1].all(x, 1 / x == 2 || x == 5 && false)")]
    [InlineData("[1, 2, 3, 4].map(x, x % 2 == 0, x * x) == [4, 16] && {'a': 1, 'b': 2}.filter(k, k != 'a') == ['b']")]
    [InlineData("[3, 4].transformMap(i, v, i + v) == {0: 3, 1: 5} && {'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'}")]
    [InlineData("{'a': 1}.transformList(k, v, k + string(v)) == ['a1'] && [1, 1].existsOne(i, v, i == 1) && !{'a': 1}.exists_one(k, v, v == 2)")]
    [InlineData("![].exists(x, x == 'a' || x == 1) && {}.all(k, v, k == 1 || v == 'a')")]
    [InlineData("has({'a': {'b': 1}}.a.b) && !has({'a': {}}.a.b) && cel.bind(x, [1], x + x) == [1, 1]")]
    // Optionals
    [InlineData("{'a': {'b': 1}}.?a.b == optional.of(1) && !{'a': {}}.?a.?b.hasValue() && [1][?1].orValue(7) == 7")]
    [InlineData("[?optional.of(1), ?optional.none(), 2] == [1, 2] && {?'a': optional.none()} == {} && optional.of(1).optFlatMap(x, optional.none()) == optional.none()")]
    [InlineData("optional.unwrap([optional.of(1), optional.none()]) == [1] && [1, 2].last().value() == 2 && [].first() == optional.none()")]
    // Types
    [InlineData("type(1) == int && type(type(1)) == type && type([]) == list && type(duration('1s')) == google.protobuf.Duration")]
    [InlineData("type(optional.of(1)) == optional_type && type(ip('::1')) == net.IP && type(null) == null_type")]
    // Network
    [InlineData("ip('::ffff:c0a8:1') == ip('192.168.0.1') && !isIP('::ffff:192.168.0.1') && !isIP('01.2.3.4') && !isIP('1.2.3') && isCIDR('10.0.0.0/8')")]
    [InlineData("string(ip('2001:0DB8:0:0:1:0:0:1')) == '2001:db8::1:0:0:1' && string(ip('::')) == '::' && string(ip('1::')) == '1::' && string(ip('::c0a8:1')) == '::c0a8:1'")]
    [InlineData("ip.isCanonical('2001:db8::1') && !ip.isCanonical('2001:DB8::1') && ip('169.254.1.1').isLinkLocalUnicast() && ip('ff02::1').isLinkLocalMulticast()")]
    [InlineData("cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('::/0').containsIP('2001:db8::1') && !cidr('::/0').containsIP('1.2.3.4')")]
    // Math
    [InlineData("math.greatest(1, 2.5, 2u) == 2.5 && math.least([3, -1]) == -1 && math.round(-2.5) == -3.0 && math.bitShiftRight(-1, 63) == 1")]
    [InlineData("math.sqrt(16) == 4.0 && math.sign(-2.0) == -1.0 && math.trunc(-1.9) == -1.0 && math.bitNot(0u) == 18446744073709551615u")]
    [InlineData("base64.encode(b'\\xff\\x00') == '/wA=' && base64.decode('/wA') == b'\\xff\\x00'")]
    // Fields
    [InlineData("{'content-type': 1}.`content-type` == 1 && {'a.b': 1}.`a.b` == 1 && has({'a b': 1}.`a b`) && {'in': 1}['in'] == 1")]
    [InlineData("// a comment\n1 == 1 // another")]
    public void Expression_is_true(string source) => Assert.True(CelEval.IsTrue(source));

    [Theory]
    [InlineData("1 / 0", "divide_by_zero")]
    [InlineData("1u % 0u", "divide_by_zero")]
    [InlineData("9223372036854775807 + 1", "overflow")]
    [InlineData("-9223372036854775808 - 1", "overflow")]
    [InlineData("-(-9223372036854775808)", "overflow")]
    [InlineData("0u - 1u", "overflow")]
    [InlineData("int(9223372036854775807.0)", "overflow")]
    [InlineData("int(double('NaN'))", "overflow")]
    [InlineData("uint(-1)", "overflow")]
    [InlineData("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "overflow")]
    [InlineData("{'a': 1}.b", "no_such_key")]
    [InlineData("{'a': 1}['b']", "no_such_key")]
    [InlineData("[1][1]", "index_out_of_range")]
    [InlineData("[1][-1]", "index_out_of_range")]
    [InlineData("dyn(1) + dyn(1.0)", "no_such_overload")]
    [InlineData("dyn('a') < 1", "no_such_overload")]
    [InlineData("dyn('a') && true", "no_such_overload")]
    [InlineData("[1, 2].all(x, dyn(x))", "no_such_overload")]
    [InlineData("{'a': 1, 'a': 2}", "duplicate_key")]
    [InlineData("{1: 1, 1u: 2}", "duplicate_key")]
    [InlineData("{dyn(1.0): 1}", "invalid_argument")]
    [InlineData("int('1.5')", "invalid_argument")]
    [InlineData("string(b'\\xff')", "invalid_argument")]
    [InlineData("duration('1')", "invalid_argument")]
    [InlineData("timestamp('2023-02-29T00:00:00Z')", "invalid_argument")]
    [InlineData("timestamp(0).getHours('Nowhere/Else')", "invalid_argument")]
    [InlineData("timestamp(0).getHours('../etc/passwd')", "invalid_argument")]
    [InlineData("'a'.charAt(2)", "index_out_of_range")]
    [InlineData("'abc'.substring(2, 1)", "invalid_argument")]
    [InlineData("'%d'.format(['a'])", "invalid_argument")]
    [InlineData("'%d %d'.format([1])", "invalid_argument")]
    [InlineData("'%q'.format([1])", "invalid_argument")]
    [InlineData("optional.none().value()", "optional_none")]
    [InlineData("ip('fe80::1%eth0')", "invalid_argument")]
    [InlineData("math.bitShiftLeft(1, -1)", "invalid_argument")]
    public void Evaluation_ends_in_error(string source, string code) => Assert.Equal(code, CelEval.ErrorOf(source));

    [Fact]
    public void Names_resolve_from_the_innermost_container_outwards()
    {
        (string, CelValue)[] variables = [("a.b.x", CelValue.Of(1L)), ("a.x", CelValue.Of(2L)), ("x", CelValue.Of(3L)), ("y", CelValue.Of(4L))];
        Assert.Equal(CelValue.Of(1L), CelEval.Run("x", true, "a.b", variables));
        Assert.Equal(CelValue.Of(2L), CelEval.Run("x", true, "a", variables));
        Assert.Equal(CelValue.Of(3L), CelEval.Run(".x", true, "a.b", variables));
        Assert.Equal(CelValue.Of(4L), CelEval.Run("y", true, "a.b", variables));
        Assert.Equal(CelValue.Of(1L), CelEval.Run("b.x", true, "a", variables));
    }

    [Fact]
    public void Longest_qualified_name_wins_over_selection()
    {
        var map = CelValue.Of(CelMap.Create(new Dictionary<string, CelValue> { ["c"] = CelValue.Of(1L) }));
        Assert.Equal(CelValue.Of(2L), CelEval.Run("a.b.c", ("a.b", map), ("a.b.c", CelValue.Of(2L))));
        Assert.Equal(CelValue.Of(1L), CelEval.Run("a.b.c", ("a.b", map)));
    }

    [Fact]
    public void Loop_variable_hides_outer_names_but_not_absolute_ones()
    {
        (string, CelValue)[] variables = [("x", CelValue.Of(42L))];
        Assert.True(CelEval.IsTrue("[1].exists(x, x == 1)", variables));
        Assert.True(CelEval.IsTrue("[1].exists(x, .x == 42)", variables));
        Assert.True(CelEval.IsTrue("[1].map(x, [2].map(x, x)) == [[2]] && x == 42", variables));
    }

    [Fact]
    public void Unset_variable_is_an_error_only_where_it_is_used()
    {
        var environment = new CelEnvironment(new Dictionary<string, CelType> { ["x"] = CelType.Int });
        var program = environment.Compile("true || x == 1");
        Assert.True(program.Evaluate(new CelActivation(environment)).AsBool());
        var e = Assert.Throws<CelEvaluationException>(() => environment.Compile("1 + x").Evaluate(new CelActivation(environment)));
        Assert.Equal(("unbound_variable", 1, 5), (e.Code, e.Line, e.Column));
    }
}
