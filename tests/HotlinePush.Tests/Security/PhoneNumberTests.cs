using HotlinePush.Security;

namespace HotlinePush.Tests.Security;

public class PhoneNumberTests
{
    [Theory]
    [InlineData("13800001234", "+8613800001234")]
    [InlineData(" 138 0000 1234 ", "+8613800001234")]
    [InlineData("138-0000-1234", "+8613800001234")]
    [InlineData("138－0000—1234", "+8613800001234")]
    [InlineData("+8613800001234", "+8613800001234")]
    [InlineData("+86 138 0000 1234", "+8613800001234")]
    [InlineData("＋８６１３８００００１２３４", "+8613800001234")]
    [InlineData("１３８　００００　１２３４", "+8613800001234")]
    [InlineData("008613800001234", "+8613800001234")]
    [InlineData("8613800001234", "+8613800001234")]
    [InlineData("(86)19900000001", "+8619900000001")]
    [InlineData("0731-88888888", "+8673188888888")]
    [InlineData("（0731）88888888", "+8673188888888")]
    [InlineData("0731 8888888", "+867318888888")]
    [InlineData("+86 731 8888 8888", "+8673188888888")]
    [InlineData("+86 0731 8888 8888", "+8673188888888")]
    [InlineData("010-62345678", "+861062345678")]
    [InlineData("021-62345678", "+862162345678")]
    [InlineData("+852 2345 6789", "+85223456789")]
    [InlineData("+1 (202) 555-0123", "+12025550123")]
    [InlineData("+3531234", "+3531234")]
    [InlineData("+123456789012345", "+123456789012345")]
    public void Phone_WhenWrittenAsPeopleDo_IsNormalised(string text, string e164)
    {
        Assert.True(PhoneNumber.TryParse(text, out var parsed));
        Assert.Equal(e164, parsed);
        Assert.True(PhoneNumber.TryParse(parsed, out var again));
        Assert.Equal(parsed, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("+")]
    [InlineData("+86")]
    [InlineData("86")]
    [InlineData("0086")]
    [InlineData("0")]
    [InlineData("110")]
    [InlineData("12345")]
    [InlineData("95588")]
    [InlineData("+8612345")]
    [InlineData("400-800-1234")]
    [InlineData("+86 400 8001234")]
    [InlineData("0800-8001234")]
    [InlineData("8008001234")]
    [InlineData("88888888")]
    [InlineData("1380000123")]
    [InlineData("138000012345")]
    [InlineData("12800001234")]
    [InlineData("013800001234")]
    [InlineData("0731-18888888")]
    [InlineData("0731-98888888")]
    [InlineData("0731-888888")]
    [InlineData("0731-888888889")]
    [InlineData("010-6234567")]
    [InlineData("0131-62345678")]
    [InlineData("0731-88888888-8001")]
    [InlineData("13800001234 13900001234")]
    [InlineData("1380000123a")]
    [InlineData("138+00001234")]
    [InlineData("++8613800001234")]
    [InlineData("13800001234\r\n")]
    [InlineData("1380000123٤")]
    [InlineData("+123456")]
    [InlineData("+1234567890123456")]
    [InlineData("+0123456789")]
    [InlineData("00442071234567")]
    [InlineData("1 3 8 0 0 0 0 1 2 3 4                                      ")]
    public void Phone_WhenItCanBeNobodys_IsRefused(string? text)
    {
        Assert.False(PhoneNumber.TryParse(text, out var parsed));
        Assert.Equal("", parsed);
    }

    [Theory]
    [InlineData("+8613800001234", "138****1234")]
    [InlineData("13800001234", "138****1234")]
    [InlineData("+8673188888866", "0731****66")]
    [InlineData("+861062345678", "010****78")]
    [InlineData("+85223456789", "+85****89")]
    [InlineData("not a phone", "****")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Mask_HidesTheMiddle(string? phone, string masked) => Assert.Equal(masked, PhoneNumber.Mask(phone));

    [Theory]
    [InlineData("wang@example.com", "w***@example.com")]
    [InlineData("w@example.com", "w***@example.com")]
    [InlineData("@example.com", "***")]
    [InlineData("wang", "***")]
    [InlineData(null, "")]
    public void MaskEmail_KeepsFirstLetterAndDomain(string? address, string masked) => Assert.Equal(masked, PhoneNumber.MaskEmail(address));

    [Theory]
    [InlineData("wang.li+12345@Example.COM", "wang.li+12345@example.com")]
    [InlineData(" 01@test.invalid ", "01@test.invalid")]
    [InlineData("ｗａｎｇ＠example．com", "wang@example.com")]
    [InlineData("a@sub.gov.cn", "a@sub.gov.cn")]
    [InlineData("a@xn--fiqs8s.xn--fiqs8s", "a@xn--fiqs8s.xn--fiqs8s")]
    public void Email_WhenPlain_IsNormalised(string text, string address)
    {
        Assert.True(EmailAddress.TryParse(text, out var parsed));
        Assert.Equal(address, parsed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("a@")]
    [InlineData("@b.com")]
    [InlineData("a@b")]
    [InlineData("a@b@c.com")]
    [InlineData("a b@c.com")]
    [InlineData("a@b.com\r\nBcc: x@y.com")]
    [InlineData("a@b.com\n")]
    [InlineData("a\0@b.com")]
    [InlineData("a@b..com")]
    [InlineData("a@.com")]
    [InlineData("a@b.com.")]
    [InlineData("a@-b.com")]
    [InlineData("a@127.0.0.1")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData(".a@b.com")]
    [InlineData("a..b@c.com")]
    [InlineData("\"a\"@b.com")]
    [InlineData("<a@b.com>")]
    [InlineData("a@b.com,c@d.com")]
    [InlineData("王@example.com")]
    public void Email_WhenItCannotBeOne_IsRefused(string? text)
    {
        Assert.False(EmailAddress.TryParse(text, out var parsed));
        Assert.Equal("", parsed);
    }

    [Fact]
    public void Email_WhenTooLong_IsRefused()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 60), 3)) + ".com";
        Assert.True(EmailAddress.TryParse(new string('a', 64) + "@" + domain, out _));
        Assert.False(EmailAddress.TryParse(new string('a', 65) + "@" + domain, out _));
        Assert.False(EmailAddress.TryParse("aaaaaaaa@" + new string('d', 60) + "." + domain, out _));
    }
}
