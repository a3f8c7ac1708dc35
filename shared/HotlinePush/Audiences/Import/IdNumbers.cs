namespace HotlinePush.Audiences.Import;

/// <summary>ID and bank card numbers, by their headers and by the check digits of values.</summary>
public static class IdNumbers
{
    private static readonly string[] IdHeaders = ["身份证", "公民身份", "身份号码", "证件号", "idcard", "idnumber", "identitycard", "citizenid"];
    private static readonly string[] BankHeaders = ["银行卡", "银行账", "银行帐", "卡号", "账号", "帐号", "账户", "帐户", "bankcard", "bankaccount", "cardnumber", "accountnumber"];

    /// <param name="header">As <see cref="CellText.Header"/> gives it.</param>
    public static bool IsIdHeader(string header) => Array.Exists(IdHeaders, h => header.Contains(h, StringComparison.Ordinal));

    public static bool IsBankHeader(string header) => Array.Exists(BankHeaders, h => header.Contains(h, StringComparison.Ordinal));

    /// <summary>Resident identity number, GB 11643-1999: 17 digits with a date of birth, and a check character by ISO 7064 MOD 11-2.</summary>
    public static bool IsIdNumber(ReadOnlySpan<char> text)
    {
        if (text.Length != 18)
            return false;
        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
            sum += (text[i] - '0') * ((1 << (17 - i)) % 11);
        }

        var month = (text[10] - '0') * 10 + text[11] - '0';
        var day = (text[12] - '0') * 10 + text[13] - '0';
        if (text[0] == '0' || month is < 1 or > 12 || day is < 1 or > 31)
            return false;
        var check = (12 - sum % 11) % 11;
        return char.ToUpperInvariant(text[17]) == (check == 10 ? 'X' : (char)('0' + check));
    }

    /// <summary>A card of a mainland bank: 16 to 19 digits that begin with 3 to 6 and meet the check of ISO/IEC 7812 (Luhn).</summary>
    public static bool IsBankCard(ReadOnlySpan<char> text)
    {
        if (text.Length is < 16 or > 19 || text[0] is < '3' or > '6')
            return false;
        var (sum, twice) = (0, false);
        for (var i = text.Length - 1; i >= 0; i--, twice = !twice)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
            var digit = (text[i] - '0') * (twice ? 2 : 1);
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>Whether the cell is or holds such a number, whatever it stands among.</summary>
    public static bool Holds(string text)
    {
        if (text.Length < 16)
            return false;
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                i++;
                continue;
            }

            var from = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || (text[i] is 'x' or 'X' && i - from == 17)))
                i++;
            var number = text.AsSpan(from, i - from);
            // Every tenth number of that length meets the check; UnionPay's begin with 62.
            if (IsIdNumber(number) || (number.StartsWith("62") && IsBankCard(number)))
                return true;
        }

        return false;
    }
}
